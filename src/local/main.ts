import { ensureApiKey } from './apiKey.ts';
import { banner } from './banner.ts';
import { ChildError } from './child.ts';
import { openDataDir } from './dataDir.ts';
import { keepEnvironment } from './environmentFile.ts';
import { followFirstSync } from './firstSync.ts';
import { parseOptions, USAGE, UsageError } from './options.ts';
import { printAppLog } from './printAppLog.ts';
import { startStack } from './stack.ts';

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return void process.stdout.write(USAGE);
  const asked = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => asked.resolve());
  const dataDir = openDataDir(options.dataDir);
  try {
    const onAppLog = options.json ? () => undefined : printAppLog;
    const stack = await startStack({ ...options, file: dataDir.file, onAppLog });
    const { url, simulatorUrl, environment } = stack;
    const forget = keepEnvironment(dataDir.file('environment.json'), { url, environment });
    try {
      const apiKey = await ensureApiKey(dataDir.file('api-key'), environment);
      const ready = options.json
        ? JSON.stringify({ url, apiKey, simulatorUrl: simulatorUrl ?? null })
        : banner({ url, apiKey, simulatorUrl, dataDir: options.dataDir });
      process.stdout.write(`${ready}\n`);
      void followFirstSync({
        url,
        apiKey,
        report: options.json ? () => undefined : (line) => process.stdout.write(`${line}\n`),
      });
      await Promise.race([asked.promise, stack.ended]);
    } finally {
      forget();
      await stack.stop();
    }
  } finally {
    dataDir.release();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const isExpected = error instanceof UsageError || error instanceof ChildError;
    const text = isExpected ? error.message : String(error instanceof Error ? error.stack : error);
    process.stderr.write(`${text}\n${error instanceof UsageError ? '\nSee npm start -- --help\n' : ''}`);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
