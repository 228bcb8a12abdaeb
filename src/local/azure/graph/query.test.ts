import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../estate/model.ts';
import { QueryFailure } from './failure.ts';
import { parseQuery } from './parser.ts';
import type { Relation } from './relation.ts';
import { objects } from './tables/objects.ts';
import { toJson } from './value.ts';

const now = Date.parse('2026-05-10T12:00:00Z');

const rows: readonly JsonObject[] = [
  {
    id: '/a',
    name: 'Alpha-web',
    type: 'vm',
    n: 1,
    at: '2026-05-10T11:30:00Z',
    tags: { 'Cost Center': 'X', env: 'prod' },
    list: [1, 2],
  },
  { id: '/b', name: 'beta', type: 'vm', n: 2, at: '2026-05-08T00:00:00Z', tags: null, list: [] },
  { id: '/c', name: '', type: 'disk', n: 10, at: '2026-05-10T09:00:00Z', tags: { env: 'dev' }, list: [3] },
];

async function run(query: string): Promise<unknown[]> {
  const { steps } = parseQuery(query);
  const table: Relation = objects(['id', 'name', 'type', 'n', 'at', 'tags', 'list'], () => rows);
  const relation = steps.reduce((input, step) => step(input, { now }), table);
  const found: unknown[] = [];
  for await (const batch of relation.read()) {
    for (const source of batch)
      found.push(
        Object.fromEntries(relation.columns.map((column) => [column.name, toJson(column.read(source))])),
      );
  }
  return found;
}

async function idsWhere(condition: string): Promise<string> {
  const found = await run(`t | where ${condition} | project id`);
  return found.map((row) => (row as { id: string }).id.slice(1)).join('');
}

describe('where', () => {
  test.each([
    ["type == 'vm'", 'ab'],
    ["type == 'VM'", ''],
    ["type =~ 'VM'", 'ab'],
    ["type != 'vm'", 'c'],
    ["type !~ 'VM'", 'c'],
    ["type in ('vm', 'x')", 'ab'],
    ["type in~ ('VM', 'DISK')", 'abc'],
    ["type !in ('vm')", 'c'],
    ["name has 'alpha'", 'a'],
    ["name has 'alph'", ''],
    ["name contains 'ALPH'", 'a'],
    ["name !contains 'alph'", 'bc'],
    ["name startswith 'BE'", 'b'],
    ["name endswith 'web'", 'a'],
    ['n > 1 and n < 10', 'b'],
    ['n >= 2 or name == "Alpha-web"', 'abc'],
    ["not(type == 'vm')", 'c'],
    ['isempty(name)', 'c'],
    ['isnotempty(tags.env)', 'ac'],
    ["tags['Cost Center'] == 'X'", 'a'],
    ["tags.env == 'prod' and (n == 1 or n == 2)", 'a'],
    ['list[0] == 3', 'c'],
    ['array_length(list) == 0', 'b'],
    ['at > ago(1h)', 'a'],
    ['todatetime(at) > ago(1d)', 'ac'],
    ['todatetime(at) < datetime(2026-05-09)', 'b'],
    ['todatetime(at) >= datetime(2026-05-10T11:30:00Z)', 'a'],
    ["todatetime(at) > datetime('2026-05-10T11:00:00Z') - 3h", 'ac'],
    ["tolower(name) == 'alpha-web'", 'a'],
    ["strcat(type, '/', tostring(n)) == 'vm/2'", 'b'],
    ['n == 2 // a comment', 'b'],
  ])('%s gives %s', async (condition, expected) => {
    expect(await idsWhere(condition)).toBe(expected);
  });
});

describe('operators', () => {
  test('project renames, computes and flattens paths as Resource Graph names them', async () => {
    const [first] = await run('t | project id, kind = toupper(type), tags.env');

    expect(first).toEqual({ id: '/a', kind: 'VM', tags_env: 'prod' });
  });

  test('extend adds, and project-away takes', async () => {
    const [first] = await run('t | extend more = n + 1, n = 5 | project-away tags, list, at, type, name');

    expect(first).toEqual({ id: '/a', n: 5, more: 2 });
  });

  test('order by is descending unless told otherwise', async () => {
    const descending = await run('t | order by n | project n');
    const ascending = await run('t | sort by type asc, n desc | project n');

    expect(descending).toEqual([{ n: 10 }, { n: 2 }, { n: 1 }]);
    expect(ascending).toEqual([{ n: 10 }, { n: 2 }, { n: 1 }]);
  });

  test('take and top limit', async () => {
    expect(await run('t | take 2 | project n')).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await run('t | limit 0')).toEqual([]);
    expect(await run('t | top 1 by n desc | project n')).toEqual([{ n: 10 }]);
  });

  test('summarize groups and aggregates', async () => {
    const found = await run(
      't | summarize total = count(), sum(n), newest = max(at) by type | order by type asc',
    );

    expect(found).toEqual([
      { type: 'disk', total: 1, sum_: 10, newest: '2026-05-10T09:00:00Z' },
      { type: 'vm', total: 2, sum_: 3, newest: '2026-05-10T11:30:00Z' },
    ]);
  });

  test('distinct and count', async () => {
    expect(await run('t | distinct type')).toEqual([{ type: 'vm' }, { type: 'disk' }]);
    expect(await run('t | count')).toEqual([{ Count: 3 }]);
    expect(await run('t | where n > 99 | summarize count()')).toEqual([{ count_: 0 }]);
  });
});

describe('a bad query', () => {
  test.each([
    ['resources | where', 'ParserFailure', '<EOF>'],
    ['resources | where type ==', 'ParserFailure', '<EOF>'],
    ['resources | where (type == 1', 'ParserFailure', '<EOF>'],
    ["resources | where type == 'x", 'ParserFailure', "'"],
    ['resources project id', 'ParserFailure', 'project'],
    ['resources | project id,', 'ParserFailure', '<EOF>'],
    ['resources | mv-expand tags', 'InvalidQueryLanguage', 'mv-expand'],
  ])('%s is refused as %s at %s', (query, code, token) => {
    const failure = captured(() => parseQuery(query));

    expect(failure.details[0]?.code).toBe('InvalidQuery');
    expect(failure.details[1]).toMatchObject({ code, token, line: 1 });
  });

  test('names an unknown column and an unknown function', async () => {
    await expect(run('t | where nope == 1')).rejects.toThrow("'nope'");
    await expect(run('t | where frob(id) == 1')).rejects.toThrow("'frob'");
  });
});

function captured(work: () => unknown): QueryFailure {
  try {
    work();
  } catch (error) {
    if (error instanceof QueryFailure) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
