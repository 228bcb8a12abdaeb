import { readFlags } from './commandLine.ts';
import { type AzureSimulator, startAzure } from './index.ts';

async function main(): Promise<void> {
  const simulator = await startAzure(readFlags(process.argv.slice(2)));
  for (const note of simulator.notes) process.stderr.write(`azure simulator: ${note}\n`);
  stopWith(simulator);
  const { url, tenantId, subscriptionIds } = simulator;
  process.stdout.write(`${JSON.stringify({ url, tenantId, subscriptionIds })}\n`);
}

function stopWith(simulator: AzureSimulator): void {
  const stop = (): void => {
    void simulator.close().then(() => process.exit(0));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  // with an IPC channel the parent's end is seen at once
  process.once('disconnect', stop);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isBusy = 'code' in error && error.code === 'EADDRINUSE';
  return isBusy ? `port ${'port' in error ? String(error.port) : ''} is in use` : error.message;
}

function fail(error: unknown): never {
  process.stderr.write(`azure simulator: ${messageOf(error)}\n`);
  process.exit(1);
}

// such as a disk that is full while a change is journalled
process.once('uncaughtException', fail);
await main().catch(fail);
