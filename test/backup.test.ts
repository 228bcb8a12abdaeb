import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TableClient, type TransactionAction } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backUp } from '../scripts/backup/backup.ts';
import { containerSource } from '../scripts/backup/containers.ts';
import { restore, verify } from '../scripts/backup/restore.ts';
import type { Source } from '../scripts/backup/source.ts';
import { tableSource } from '../scripts/backup/tables.ts';
import { startEmulators } from './support/emulators.ts';
import { tempDir } from './support/tempDir.ts';

type Emulators = Awaited<ReturnType<typeof startEmulators>>;
const ROWS = 3_000;
const quiet = { rounds: 3, chunkPages: 1, say: () => undefined };

let from: Emulators;
let to: Emulators;
beforeAll(async () => {
  [from, to] = await Promise.all([startEmulators(), startEmulators()]);
  await fill(from);
}, 120_000);
afterAll(() => Promise.all([from.stop(), to.stop()]));

function connection({ environment }: Emulators): string {
  return new Map(Object.entries(environment)).get('STORAGE_CONNECTION_STRING') ?? '';
}

function table(emulators: Emulators, name = 'inventory'): TableClient {
  return TableClient.fromConnectionString(connection(emulators), name, { allowInsecureConnection: true });
}

function container(emulators: Emulators, name = 'documents') {
  return BlobServiceClient.fromConnectionString(connection(emulators)).getContainerClient(name);
}

/** Rows with every type that the product writes, keys with every character that may stand in one, and blobs. */
async function fill(emulators: Emulators): Promise<void> {
  for (let start = 0; start < ROWS; start += 100) {
    const partitionKey = `tenant|segment-${start / 1000}`;
    const actions = Array.from({ length: 100 }, (_, i): TransactionAction => {
      const row = {
        text: `é'"\n${start + i}`,
        number: i,
        fraction: i + 0.5,
        large: 2 ** 40 + i,
        truth: i % 2 === 0,
      };
      const rowKey = `r|'ü ${String(start + i).padStart(6, '0')}`;
      return ['upsert', { ...row, bytes: new Uint8Array([i, 0, 255]), empty: '', partitionKey, rowKey }];
    });
    await table(emulators).submitTransaction(actions);
  }
  await table(emulators, 'segments').upsertEntity({
    partitionKey: '!owners',
    rowKey: 's',
    big: 2n ** 60n,
    at: new Date(0),
  });
  for (let i = 0; i < 12; i += 1)
    await container(emulators).getBlockBlobClient(`tenant/doc #${i}`).uploadData(Buffer.alloc(50_000, i));
}

/** Runs a command as a user does, to its end or to where it says something, and kills it there. */
async function command(
  script: string,
  emulators: Emulators,
  options: { args: readonly string[]; killAt?: string },
): Promise<{ code: number | null; output: string }> {
  const child: ChildProcess = spawn(process.execPath, [`scripts/backup/${script}`, ...options.args], {
    env: { PATH: process.env.PATH, STORAGE_CONNECTION_STRING: connection(emulators) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) throw new Error('the command has no output');
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (line === options.killAt) child.kill('SIGKILL');
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output: lines.join('\n') };
}

async function rowsOf(emulators: Emulators, name = 'inventory'): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const { etag: _, timestamp: __, ...row } of table(emulators, name).listEntities())
    rows.push(row);
  return rows;
}

describe('npm run backup and npm run restore', () => {
  const folder = tempDir();

  it('killed on the way, each goes on where it was; everything arrives, by count and hash', async () => {
    const killed = await command('runBackup.ts', from, {
      args: ['--to', folder, '--chunk-pages', '1'],
      killAt: 'table inventory: 2000',
    });
    const kept = join(folder, 'table-inventory/0-00000000.ndjson.gz');
    const written = statSync(kept).mtimeMs;
    const finished = await command('runBackup.ts', from, { args: ['--to', folder, '--chunk-pages', '1'] });

    expect(killed.code).toBeNull();
    expect(finished).toMatchObject({
      code: 0,
      output: expect.stringContaining(`${ROWS + 13} rows and blobs`),
    });
    expect(statSync(kept).mtimeMs).toBe(written);

    const cut = await command('runRestore.ts', to, {
      args: ['--from', folder],
      killAt: 'table inventory: 2000',
    });
    const restored = await command('runRestore.ts', to, { args: ['--from', folder] });

    expect(cut.code).toBeNull();
    expect(restored).toMatchObject({ code: 0, output: expect.stringContaining('by count and hash') });
    expect(await rowsOf(to)).toEqual(await rowsOf(from));
    expect(await rowsOf(to, 'segments')).toEqual(await rowsOf(from, 'segments'));
    const blob = await container(to).getBlockBlobClient('tenant/doc #7').downloadToBuffer();
    expect(blob.equals(Buffer.alloc(50_000, 7))).toBe(true);
  }, 120_000);

  it('--verify finds a row that is different, a row too many, and a file that was damaged', async () => {
    const rowKey = "r|'ü 001234";
    const good = await command('runRestore.ts', to, { args: ['--from', folder, '--verify'] });
    await table(to).updateEntity({ partitionKey: 'tenant|segment-1.2', rowKey, number: 99 }, 'Merge');
    await table(to, 'jobs').upsertEntity({ partitionKey: 'p', rowKey: 'r' });

    const bad = await command('runRestore.ts', to, { args: ['--from', folder, '--verify'] });
    const file = join(folder, 'table-inventory/0-00000001.ndjson.gz');
    const bytes = readFileSync(file);
    const whole = await command('runBackup.ts', from, { args: ['--to', folder, '--verify'] });
    writeFileSync(file, Buffer.concat([bytes, Buffer.from('x')]));
    const damaged = await command('runBackup.ts', from, { args: ['--to', folder, '--verify'] });
    writeFileSync(file, bytes);

    expect(good.code).toBe(0);
    expect(bad).toMatchObject({
      code: 1,
      output: 'differs: table inventory tenant|segment-1.2\ndiffers: table jobs p\n2 part(s) differ',
    });
    expect(whole).toMatchObject({ code: 0, output: expect.stringContaining(`${ROWS + 13} lines`) });
    expect(damaged).toMatchObject({ code: 1, output: `${file} is not as it was written` });
  }, 120_000);

  it('writes nothing into tables that are not empty, and nothing of a backup without an end', async () => {
    const elsewhere = tempDir();

    const full = await command('runRestore.ts', from, { args: ['--from', folder] });
    const endless = await command('runRestore.ts', to, { args: ['--from', elsewhere] });

    expect(full).toMatchObject({
      code: 1,
      output: expect.stringMatching(/is not empty: restore into an empty/),
    });
    expect(endless).toMatchObject({ code: 2, output: expect.stringContaining('holds no finished backup') });
  });

  it('explain themselves, and name what is missing', async () => {
    const help = await command('runBackup.ts', from, { args: ['--help'] });
    const bare = await command('runRestore.ts', from, { args: [] });

    expect(help).toMatchObject({ code: 0, output: expect.stringContaining('--to FOLDER') });
    expect(bare).toMatchObject({ code: 2, output: 'say what to restore: --from FOLDER (--help)' });
  });
});

describe('a backup of what is being written', () => {
  it('says that it is not of one moment, and is once the writing has stopped', async () => {
    const folder = tempDir();
    const source = table(from, 'keys');
    const sources: Source[] = [tableSource(source), containerSource(container(from, 'snapshots'))];
    await source.upsertEntity({ partitionKey: 'calm', rowKey: 'r', n: 1 });
    await source.upsertEntity({ partitionKey: 'gone', rowKey: 'r' });
    await container(from, 'snapshots').getBlockBlobClient('a').uploadData(Buffer.from('one'));
    let isWriting = true;
    const writing = (async () => {
      for (let n = 0; isWriting; n += 1) await source.upsertEntity({ partitionKey: 'busy', rowKey: 'r', n });
    })();

    const during = await backUp(sources, { ...quiet, folder });
    isWriting = false;
    await writing;
    await source.deleteEntity('gone', 'r');
    await container(from, 'snapshots').getBlockBlobClient('a').uploadData(Buffer.from('two'));
    const after = await backUp(sources, { ...quiet, folder });

    expect(during.moving).toEqual(['table keys busy']);
    expect(after.moving).toEqual([]);
    const targets = [tableSource(table(to, 'keys')), containerSource(container(to, 'snapshots'))];
    await restore(targets, { folder, target: 'x', say: () => undefined });
    expect(await rowsOf(to, 'keys')).toEqual(await rowsOf(from, 'keys'));
    expect(String(await container(to, 'snapshots').getBlockBlobClient('a').downloadToBuffer())).toBe('two');
    for (const each of targets) expect(await verify(each, folder)).toEqual([]);
    expect(readdirSync(join(folder, 'table-keys')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
