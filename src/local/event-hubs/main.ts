import { parseArgs } from 'node:util';
import { stopRequested } from '#local/service-bus/parent.ts';
import { startEventHubs } from './index.ts';

/** `--port N --data-dir DIR --hub NAME[:PARTITIONS]`, the last several times. @throws Error in one line */
function readFlags(args: readonly string[]): Parameters<typeof startEventHubs>[0] {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '0' },
      'data-dir': { type: 'string' },
      hub: { type: 'string', multiple: true, default: [] },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('--port is not a port number');
  return { port, dataDir: values['data-dir'], hubs: values.hub.map(toDeclaration) };
}

function toDeclaration(flag: string): { name: string; partitions: number } {
  const [name = '', count = '1'] = flag.split(':');
  const partitions = Number(count);
  if (name === '' || !Number.isInteger(partitions) || partitions < 1 || partitions > 32)
    throw new Error(`--hub ${flag}: NAME or NAME:PARTITIONS, 1 to 32`);
  return { name, partitions };
}

async function main(): Promise<void> {
  const stop = stopRequested();
  const emulator = await startEventHubs(readFlags(process.argv.slice(2)));
  const { port, connectionString } = emulator;
  process.stdout.write(`${JSON.stringify({ port, connectionString })}\n`);
  await stop;
  await emulator.close();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
