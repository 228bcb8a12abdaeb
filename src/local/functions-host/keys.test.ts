import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openKeys } from './keys.ts';
import { removeTemporaryFolders, temporaryFolder } from './testing/apps.ts';

afterAll(removeTemporaryFolders);

type Stored = {
  masterKey: string;
  functionKeys: { default: string };
  functions: Record<string, { default: string }>;
};

async function stored(folder: string): Promise<Stored> {
  return JSON.parse(await readFile(join(folder, 'secrets.json'), 'utf8')) as Stored;
}

test('each key opens what it should and nothing else', async () => {
  const folder = await temporaryFolder();

  const keys = await openKeys(folder, ['One', 'Two']);
  const file = await stored(folder);
  const one = file.functions.one?.default;

  expect(keys.allows('One', 'anonymous', undefined)).toBe(true);
  expect(keys.allows('One', 'function', undefined)).toBe(false);
  expect(keys.allows('One', 'function', 'guess')).toBe(false);
  expect(keys.allows('One', 'function', one)).toBe(true);
  expect(keys.allows('Two', 'function', one)).toBe(false);
  expect(keys.allows('One', 'function', file.functionKeys.default)).toBe(true);
  expect(keys.allows('One', 'admin', file.functionKeys.default)).toBe(false);
  expect(keys.allows('One', 'admin', file.masterKey)).toBe(true);
  expect(keys.allowsSystem('eventgrid_extension', keys.eventGridKey)).toBe(true);
  expect(keys.allowsSystem('eventgrid_extension', file.functionKeys.default)).toBe(false);
  expect(keys.allowsSystem('other', '')).toBe(false);
});

test('keys stay as they are, also when a function is added', async () => {
  const folder = await temporaryFolder();
  await openKeys(folder, ['One']);
  const before = await stored(folder);

  await openKeys(folder, ['One', 'Two']);

  expect(await stored(folder)).toMatchObject(before);
  expect((await stat(join(folder, 'secrets.json'))).mode & 0o077).toBe(0);
});

test('a corrupt key file is named', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'secrets.json'), '{');

  await expect(openKeys(folder, [])).rejects.toThrow(/secrets\.json cannot be read/);
});
