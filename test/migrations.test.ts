import { spawnSync } from 'node:child_process';
import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RowMigration, RowVersions } from '#platform/rowVersions.ts';
import { type TableDeclaration, Tables } from '#platform/tables.ts';
import { progressOf, rewriteTable } from '../scripts/migrate/rewriteTable.ts';
import { tables as declarations } from '../src/declarations.ts';
import { migrations } from '../src/migrations.ts';
import { startEmulators } from './support/emulators.ts';

/** An artificial change: the text `tags` (`a,b`) becomes the JSON array `labels`. */
const toLabels: RowMigration = {
  version: 2,
  description: 'Tags become labels.',
  reads: ['tags'],
  up: ({ tags, ...row }) => ({
    ...row,
    labels: JSON.stringify(typeof tags === 'string' ? tags.split(',') : []),
  }),
  down: (row) => (typeof row.labels === 'string' ? { ...row, tags: JSON.parse(row.labels).join() } : row),
};
const { down: _, ...contracted } = toLabels;

let emulators: Awaited<ReturnType<typeof startEmulators>>;
let connectionString: string;
let count = 0;
beforeAll(async () => {
  emulators = await startEmulators();
  connectionString = new Map(Object.entries(emulators.environment)).get('STORAGE_CONNECTION_STRING') ?? '';
});
afterAll(() => emulators.stop());

/** A table of its own, as the release before, at, and after the change sees it. */
async function releases() {
  count += 1;
  const table: TableDeclaration = { name: `things${count}`, description: '', keys: '' };
  const open = (list: readonly RowMigration[]) =>
    new Tables({ connectionString, migrations: { [table.name]: list } });
  const [old, now, next] = [open([]), open([toLabels]), open([contracted])];
  await old.create([table]);
  const partition = (tables: Tables) => tables.open(table).forTenant('tenant');
  return {
    table,
    now,
    old: partition(old),
    current: partition(now),
    later: partition(next),
    laterTables: next,
  };
}

function raw(table: TableDeclaration) {
  return TableClient.fromConnectionString(connectionString, table.name, { allowInsecureConnection: true });
}

const insert = (rowKey: string, row: Record<string, unknown>) => ({ kind: 'insert', rowKey, row }) as const;

describe('while both releases run', () => {
  it('what the old one wrote is read in the new shape, one row, a range, or some of its columns', async () => {
    const { old, current } = await releases();
    await old.write(insert('a', { tags: 'x,y', other: 1 }));

    const one = await current.get('a');
    const [listed] = await current.list();
    const [selected] = await current.list({ select: ['labels'] });

    expect(one).toMatchObject({ labels: '["x","y"]', other: 1 });
    expect(one).not.toHaveProperty('tags');
    expect(listed).toMatchObject({ labels: '["x","y"]' });
    expect(selected).toMatchObject({ labels: '["x","y"]' });
    expect(selected).not.toHaveProperty('other');
  });

  it('what the new one wrote is read by the old one, as it knows it', async () => {
    const { old, current } = await releases();
    await current.write(insert('a', { labels: '["x"]' }));

    expect(await old.get('a')).toMatchObject({ tags: 'x' });
    expect(await current.get('a')).not.toHaveProperty('schema');
  });

  it.each(['merge', 'upsert', 'replace'] as const)(
    'a %s of the old one is what the new one sees',
    async (kind) => {
      const { old, current } = await releases();
      await current.write(insert('a', { labels: '["x"]', other: 1 }));
      const found = await old.get('a');

      const row = { ...(kind !== 'merge' && { other: 1 }), tags: 'changed' };
      await old.write({ kind, rowKey: 'a', row, etag: found?.etag ?? '' });

      expect(await current.get('a')).toMatchObject({ labels: '["changed"]', other: 1 });
    },
  );

  it('a merge of the new one leaves a whole row, whoever wrote what was there', async () => {
    const { old, current } = await releases();
    await old.write(insert('a', { tags: 'x,y', other: 1 }));

    await current.write({ kind: 'merge', rowKey: 'a', row: { other: 2 } });
    await current.write({ kind: 'merge', rowKey: 'new', row: { labels: '["n"]' } });
    await Promise.all(
      [3, 4, 5].map((other) => current.write({ kind: 'merge', rowKey: 'a', row: { [`n${other}`]: other } })),
    );

    expect(await current.get('a')).toMatchObject({ labels: '["x","y"]', other: 2, n3: 3, n4: 4, n5: 5 });
    expect(await old.get('a')).toMatchObject({ tags: 'x,y', other: 2 });
    expect(await old.get('new')).toMatchObject({ tags: 'n' });
  });

  it('going back to the old one loses nothing, and forward again neither', async () => {
    const { old, current } = await releases();
    await old.write(insert('a', { tags: 'x' }));
    const lifted = await current.get<{ labels: string }>('a');
    await current.write({
      kind: 'replace',
      rowKey: 'a',
      row: { labels: '["x","z"]' },
      etag: lifted?.etag ?? '',
    });

    const back = await old.get<{ tags: string }>('a');
    await old.write({
      kind: 'replace',
      rowKey: 'a',
      row: { tags: `${back?.tags},w` },
      etag: back?.etag ?? '',
    });

    expect(await current.get('a')).toMatchObject({ labels: '["x","z","w"]' });
  });
});

describe('after the contraction', () => {
  it('a release that is too old says so, and which one is needed', async () => {
    const { old, later, current } = await releases();
    await later.write(insert('a', { labels: '["x"]' }));

    await expect(old.get('a')).rejects.toThrow('a row needs version 2 of its table, this release knows 1');
    await expect(old.list({ select: ['labels'] })).rejects.toMatchObject({ code: 'unavailable' });
    expect(await current.get('a')).toMatchObject({ labels: '["x"]' });
  });

  it('rows hold the new shape alone', async () => {
    const { table, later } = await releases();

    await later.write(insert('a', { labels: '["x"]' }));

    const stored = await raw(table).getEntity('tenant', 'a');
    expect(stored).toMatchObject({ labels: '["x"]', schema: 2, schemaSince: 2 });
    expect(stored).not.toHaveProperty('tags');
  });
});

describe('the rewriting', () => {
  it('goes on where it was ended, rewrites every row, and then says that it has', async () => {
    const { table, now, old, current } = await releases();
    for (let at = 0; at < 2_500; at += 100)
      await old.transaction(
        Array.from({ length: 100 }, (_, i) => insert(String(at + i).padStart(5, '0'), { tags: 'x' })),
      );
    let pages = 0;
    const seen: number[] = [];

    const ended = rewriteTable(now, table, {
      version: 2,
      say: () => {
        pages += 1;
        if (pages === 2) throw new Error('killed');
      },
    });
    await expect(ended).rejects.toThrow('killed');
    const before = await progressOf(now, table, 2);
    await old.write({ kind: 'upsert', rowKey: '00001', row: { tags: 'late' } });
    await rewriteTable(now, table, { version: 2, say: ({ rows }) => seen.push(rows) });

    expect(before).toMatchObject({ isFinished: false, rewritten: 2_000 });
    expect(seen[0]).toBeGreaterThan(2_000);
    expect(await progressOf(now, table, 2)).toMatchObject({ isFinished: true, rewritten: 0 });
    const versions = new Set<unknown>();
    for await (const { schema } of raw(table).listEntities()) versions.add(schema);
    expect([...versions]).toEqual([2]);
    expect(await current.get('00001')).toMatchObject({ labels: '["late"]' });
  }, 120_000);

  it('npm run migrate says where there is nothing to do, and explains itself', () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['scripts/migrate/main.ts', ...args], { encoding: 'utf8' });

    expect(run('--help').stdout).toContain('--status');
    expect(run('--bogus')).toMatchObject({ status: 2 });
  });
});

describe('the registry', () => {
  it('names tables that there are, and versions without gaps', () => {
    const names = declarations.map(({ name }) => name);

    expect(Object.keys(migrations).filter((name) => !names.includes(name))).toEqual([]);
    for (const list of Object.values(migrations)) expect(() => new RowVersions(list)).not.toThrow();
    expect(() => new RowVersions([{ ...toLabels, version: 3 }])).toThrow(TypeError);
  });

  it('a table without migrations stores nothing beside its rows', async () => {
    const { table, old } = await releases();

    await old.write(insert('a', { tags: 'x' }));

    expect(await raw(table).getEntity('tenant', 'a')).not.toHaveProperty('schema');
  });
});
