import { glob } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HostStartError } from './errors.ts';

/**
 * Loads the app's entry: one file, or every file that a glob matches, in the order of their paths.
 * @throws whatever the app throws; HostStartError when there is no such file.
 */
export async function loadApp(entry: string): Promise<void> {
  for (const file of await filesOf(entry)) await import(pathToFileURL(file).href);
}

async function filesOf(entry: string): Promise<string[]> {
  const path = resolve(entry);
  if (!/[*?{}[\]]/.test(entry)) return [path];
  const files: string[] = [];
  for await (const file of glob(entry)) files.push(isAbsolute(file) ? file : join(process.cwd(), file));
  if (files.length === 0) throw new HostStartError([`No file matches the entry ${entry}.`]);
  return files.sort();
}
