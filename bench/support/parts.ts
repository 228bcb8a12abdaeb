import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild } from '#local/child.ts';
import { startAzurite } from '#local/stack.ts';
import { queues } from '../../src/declarations.ts';
import { inTempDir } from './tempDir.ts';

export type Simulator = { readonly url: string; readonly tenantId: string; readonly child: Child };

/** Starts parts of local mode, each a process of its own with the flags of `src/local/stack.ts`. */
export type Parts = {
  readonly storage: () => Promise<Emulator>;
  readonly bus: () => Promise<Emulator>;
  readonly simulator: (estateSize: number) => Promise<Simulator>;
  readonly host: (environment: Readonly<Record<string, string>>) => Promise<Host>;
};
/** Stopped with the others, or before. */
export type Emulator = {
  readonly connectionString: string;
  readonly stop: () => Promise<void>;
  readonly child: Child;
};
export type Host = { readonly url: string; readonly eventGridKey: string; readonly child: Child };

/** Runs `work`, then stops every part that it started and removes their data. */
export function withParts<T>(work: (parts: Parts) => Promise<T>): Promise<T> {
  return inTempDir(async (dir) => {
    const children: Child[] = [];
    try {
      return await work(createParts(dir, children));
    } finally {
      await Promise.all(children.map((child) => child.stop(2000)));
    }
  });
}

function createParts(dir: string, children: Child[]): Parts {
  let count = 0;
  function folder(name: string): (file: string) => string {
    count += 1;
    const path = join(dir, `${name}-${count}`);
    mkdirSync(join(path, 'logs'), { recursive: true });
    return (file) => join(path, file);
  }
  async function start(name: string, args: readonly string[], options: StartOptions): Promise<Child> {
    const child = await startChild({
      name,
      script: new URL(`../../src/local/${name}/main.ts`, import.meta.url).pathname,
      args,
      environment: options.environment ?? {},
      logFile: options.logFile,
      ready: (line) => (line.startsWith('{') ? JSON.parse(line) : undefined),
    });
    children.push(child);
    return child;
  }
  return {
    async storage() {
      const own: Child[] = [];
      const environment = await startAzurite({ file: folder('azurite') }, own);
      children.push(...own);
      const [child] = own;
      if (!child)
        throw new Error(
          'unset STORAGE_CONNECTION_STRING and STORAGE_TABLE_ENDPOINT: the bench starts its own',
        );
      return {
        child,
        connectionString: environment.STORAGE_CONNECTION_STRING ?? '',
        stop: () => child.stop(2000),
      };
    },
    async bus() {
      const file = folder('service-bus');
      const args = ['--port', '0', '--data-dir', file('data'), '--queues', JSON.stringify(queues)];
      const child = await start('service-bus', args, { logFile: file('log') });
      const { connectionString } = child.value as { connectionString: string };
      return { child, connectionString, stop: () => child.stop(2000) };
    },
    async simulator(estateSize) {
      const file = folder('azure');
      const args = ['--port', '0', '--data-dir', file('data'), '--estate-size', String(estateSize)];
      const child = await start('azure', [...args, '--drift', '0'], { logFile: file('log') });
      return { ...(child.value as { url: string; tenantId: string }), child };
    },
    async host(environment) {
      const file = folder('functions-host');
      const args = [
        '--port',
        '0',
        '--script-root',
        '.',
        '--entry',
        'src/main.ts',
        '--data-dir',
        file('data'),
      ];
      const child = await start('functions-host', args, { logFile: file('log'), environment });
      return { ...(child.value as { url: string; eventGridKey: string }), child };
    },
  };
}

type StartOptions = {
  readonly logFile: string;
  readonly environment?: Readonly<Record<string, string>>;
};
