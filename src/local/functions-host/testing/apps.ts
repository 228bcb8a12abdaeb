import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Spawned, spawnLine } from './spawn-line.ts';

const main = join(import.meta.dirname, '../main.ts');
const apps = join(import.meta.dirname, '../../../../test/apps');

export type AppHost = Spawned & {
  readonly url: string;
  readonly eventGridKey: string;
  readonly dataDir: string;
};

export type AppOptions = {
  /** The folder under test/apps. */
  readonly app: string;
  /** Relative to the app's folder. */
  readonly entry: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly dataDir?: string;
};

/** Starts the process entry with one of the sample apps. */
export async function startApp(options: AppOptions): Promise<AppHost> {
  const folder = join(apps, options.app);
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const paths = ['--script-root', folder, '--entry', join(folder, options.entry), '--data-dir', dataDir];
  const spawned = await spawnLine([main, '--port', '0', ...paths, ...(options.args ?? [])], options.env);
  return {
    ...spawned,
    dataDir,
    url: String(spawned.first?.url),
    eventGridKey: String(spawned.first?.eventGridKey),
  };
}

const folders: string[] = [];

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'functions-host-'));
  folders.push(folder);
  return folder;
}

export async function removeTemporaryFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}
