import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Child, startChild } from '#local/child.ts';
import { bundle } from '../scripts/build.ts';
import { describeSettings } from '../src/settings.ts';
import { tempDir } from './support/tempDir.ts';

const dir = tempDir();
const environment = Object.fromEntries(
  describeSettings().flatMap(({ name, sample }) => (sample === undefined ? [] : [[name, sample]])),
);

beforeAll(async () => {
  await bundle(join(dir, 'dist/main.cjs'));
  for (const file of ['host.json', 'package.json']) await copyFile(file, join(dir, file));
  await mkdir(join(dir, 'data'));
});

/** Loads an entry in the local host; nothing answers behind it, and nothing has to. */
async function functionsOf(entry: string, scriptRoot: string): Promise<string[]> {
  const child: Child = await startChild({
    name: 'host',
    script: resolve('src/local/functions-host/main.ts'),
    args: ['--port', '0', '--script-root', scriptRoot, '--entry', entry, '--data-dir', join(dir, 'data')],
    environment: {
      ...environment,
      STORAGE_CONNECTION_STRING: '',
      STORAGE_TABLE_ENDPOINT: 'http://127.0.0.1:9',
      STORAGE_BLOB_ENDPOINT: 'http://127.0.0.1:9',
      ServiceBus:
        'Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=x;SharedAccessKey=y;UseDevelopmentEmulator=true',
    },
    logFile: join(dir, 'log'),
    ready: (line) => (line.startsWith('{') ? JSON.parse(line) : undefined),
  });
  await child.stop(2000);
  return [...(child.value as { functions: string[] }).functions].sort();
}

describe('the bundle', () => {
  it('registers what the source registers, with no node_modules beside it', async () => {
    const fromSource = await functionsOf('src/main.ts', '.');

    const fromBundle = await functionsOf(join(dir, 'dist/main.cjs'), dir);

    expect(fromBundle).toEqual(fromSource);
    expect(fromSource).toContain('listResources');
  }, 60_000);

  it('is exactly what package.json names, and holds no test, no local mode, no development dependency', async () => {
    const { main } = JSON.parse(await readFile('package.json', 'utf8')) as { main: string };
    const { inputs } = JSON.parse(await readFile(join(dir, 'dist/main.meta.json'), 'utf8')) as {
      inputs: Record<string, unknown>;
    };
    const lock = JSON.parse(await readFile('package-lock.json', 'utf8')) as {
      packages: Record<string, { dev?: boolean }>;
    };
    const development = Object.keys(lock.packages).filter((path) => lock.packages[path]?.dev);

    const strays = Object.keys(inputs).filter(
      (file) =>
        /^(src\/local|test|scripts|bench)\/|\.test\.ts$/.test(file) ||
        development.some((path) => file.startsWith(`${path}/`)),
    );

    expect(main).toBe('dist/main.cjs');
    expect(strays).toEqual([]);
  });
});
