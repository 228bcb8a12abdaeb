import { parseCommandLine } from './cli-options.ts';
import { type FunctionsHost, startFunctionsHost } from './index.ts';
import { createLogger } from './log.ts';
import { problemLines } from './problem-lines.ts';
import { captureOutput, logUnhandled } from './process-guards.ts';

try {
  const options = parseCommandLine(process.argv.slice(2));
  const logger = createLogger(options.logLevel ?? 'information');
  const print = captureOutput(logger);
  logUnhandled(logger);
  const host: FunctionsHost = await startFunctionsHost(options);
  const stop = () => void host.close().finally(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
  // `close` is a function, which JSON leaves out.
  print(`${JSON.stringify(host)}\n`);
} catch (error) {
  process.stderr.write(`${problemLines(error).join('\n')}\n`);
  process.exit(1);
}
