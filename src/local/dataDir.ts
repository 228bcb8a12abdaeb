import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChildError } from './child.ts';

/** What local mode makes in its data directory, and all that a reset removes. */
export const PARTS = [
  'logs',
  'azurite',
  'service-bus',
  'event-hubs',
  'azure',
  'functions-host',
  'secrets',
] as const;

/** The data directory: made where it is missing, and held by one local mode at a time. */
export function openDataDir(path: string): { readonly file: (name: string) => string; release(): void } {
  const lock = join(path, 'lock');
  try {
    for (const name of ['', ...PARTS]) {
      mkdirSync(join(path, name), { recursive: true });
    }
    const holder = readLock(lock);
    if (holder !== undefined && isRunning(holder)) {
      throw new ChildError(
        `the data directory ${path} is in use by process ${holder}: stop it, or choose another with --data-dir`,
      );
    }
    writeFileSync(lock, String(process.pid));
  } catch (error) {
    if (error instanceof ChildError) throw error;
    throw new ChildError(`the data directory ${path} cannot be used: ${(error as Error).message}`);
  }
  return { file: (name) => join(path, name), release: () => rmSync(lock, { force: true }) };
}

/** Process that holds the directory; undefined where none says so. */
export function readLock(lock: string): number | undefined {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch {
    return false;
  }
}
