import { parseArguments } from './arguments.ts';
import { startServiceBus } from './index.ts';
import { stopRequested } from './parent.ts';
import { startStatusServer } from './status-server.ts';

async function main(): Promise<void> {
  const stop = stopRequested();
  const emulator = await startServiceBus(parseArguments(process.argv.slice(2)));
  const status = await startStatusServer(() => emulator.counts());
  const { port, connectionString } = emulator;
  process.stdout.write(`${JSON.stringify({ port, connectionString, statusUrl: status.url })}\n`);
  const failure = await Promise.race([stop, emulator.failed]);
  status.close();
  await emulator.close();
  if (failure !== undefined) throw failure;
}

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return 'The port for Service Bus is in use: choose another with --port.';
  return error instanceof Error ? error.message : String(error);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  },
);
