import { describe, expect, test } from 'vitest';
import { aliasesFromMap } from './aliases/fromMap.ts';
import { compileDefinition } from './definition/compile.ts';
import { explain } from './explain/explain.ts';
import { evaluateTemplate } from './expressions/standalone.ts';
import { auditIf, compiled, holds, outcomeOf, ruleWith } from './testKit.ts';

function problemsOf(condition: unknown) {
  return compileDefinition(auditIf(condition), { barePaths: true }).problems.map((problem) => problem.kind);
}

const leaf = { field: 'name', equals: 'a' };
const repeat = <Value>(count: number, value: Value) => Array.from({ length: count }, () => value);

describe('limits of Azure are enforced when compiling', () => {
  test.each([
    ['4096 conditions', { allOf: repeat(4097, leaf) }, { allOf: repeat(4096, leaf) }],
    [
      '5 counts of one array',
      { allOf: repeat(6, { count: { field: 'a[*]' }, equals: 1 }) },
      { allOf: repeat(5, { count: { field: 'a[*]' }, equals: 1 }) },
    ],
    [
      '10 counts over values',
      { allOf: repeat(11, { count: { value: [1] }, equals: 1 }) },
      { allOf: repeat(10, { count: { value: [1] }, equals: 1 }) },
    ],
    [
      '100 values',
      { count: { value: repeat(101, 1) }, equals: 1 },
      { count: { value: repeat(100, 1) }, equals: 1 },
    ],
    [
      '64 nested functions',
      { value: `[${'not('.repeat(65)}true()${')'.repeat(65)}]`, equals: true },
      { value: `[${'not('.repeat(63)}true()${')'.repeat(63)}]`, equals: true },
    ],
    [
      '81,920 characters',
      { value: `[concat('${'a'.repeat(82_000)}')]`, equals: 'a' },
      { value: `[concat('${'a'.repeat(81_000)}')]`, equals: 'a' },
    ],
    [
      '2048 functions',
      { allOf: repeat(103, { value: `[concat(${repeat(20, 'true()').join(',')})]`, equals: 'a' }) },
      { allOf: repeat(90, { value: `[concat(${repeat(20, 'true()').join(',')})]`, equals: 'a' }) },
    ],
  ])('%s', (_, beyond, within) => {
    const [refused, accepted] = [problemsOf(beyond), problemsOf(within)];

    expect(new Set(refused)).toEqual(new Set(['limit']));
    expect(accepted).toEqual([]);
  });

  test('128 arguments', () => {
    const kinds = problemsOf({ value: `[createArray(${repeat(129, '1').join(',')})]`, equals: 1 });

    expect(kinds).toEqual(['argumentCount']);
  });

  test('128 conditions in an existenceCondition', () => {
    const details = { type: 'A/b', existenceCondition: { anyOf: repeat(129, leaf) } };

    const result = compileDefinition(ruleWith(leaf, { effect: 'auditIfNotExists', details }));

    expect(result.problems).toMatchObject([{ kind: 'limit' }]);
  });
});

describe('limits of Azure are enforced when evaluating', () => {
  test.each([
    ["[concat(parameters('long'), parameters('long'))]", 'characters'],
    ["[replace(parameters('long'), 'a', parameters('long'))]", 'characters'],
    ["[createArray(parameters('wide'))]", 'nodes'],
    ["[createArray(parameters('deep'))]", 'nested'],
    ["[json(parameters('nested'))]", 'nested'],
  ])('%s: %s', (expression, reason) => {
    let deep: unknown = 1;
    for (let i = 0; i < 200; i++) deep = [deep];
    const parameters = {
      long: 'a'.repeat(100_000),
      wide: repeat(40_000, 1),
      deep: deep as never,
      nested: '['.repeat(60_000) + ']'.repeat(60_000),
    };

    const result = evaluateTemplate(expression, { parameters });

    expect(result).toMatchObject({ fault: { kind: 'error', reason: expect.stringContaining(reason) } });
  });
});

describe('nothing can be made slow or crash', () => {
  const long = 'a'.repeat(200_000);

  test.each([
    ['like with many stars', { like: `${'a*'.repeat(500)}b` }],
    ['like with a long part', { like: `*${'a'.repeat(50_000)}b*` }],
    ['contains', { contains: `${'a'.repeat(100_000)}b` }],
    ['match', { match: `${'?'.repeat(199_999)}#` }],
    ['something that looks like a regular expression', { like: '(a+)+$' }],
  ])('%s', (_, operator) => {
    const started = performance.now();

    const held = holds({ field: 'name', ...operator }, { name: long });

    expect(held).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('conditions nested a hundred thousand deep are refused', () => {
    let condition: unknown = leaf;
    for (let i = 0; i < 100_000; i++) condition = { not: condition };

    const result = compileDefinition(auditIf(condition));

    expect(result).toMatchObject({ ok: false, problems: [{ kind: 'limit' }] });
  });

  test('thousands of misspelt aliases, of tens of thousands, are refused with suggestions for the first', () => {
    const names = Array.from(
      { length: 40_000 },
      (_, i) => `Microsoft.Service${i % 400}/things/some.property${i}`,
    );
    const aliases = aliasesFromMap(Object.fromEntries(names.map((name) => [name, 'properties.x'])));
    const misspelt = names
      .slice(0, 4000)
      .map((name) => ({ field: name.replace('things', 'thngs'), exists: true }));

    const { ok, problems } = compileDefinition(auditIf({ allOf: misspelt }), { aliases });

    expect(ok).toBe(false);
    expect(problems[0]?.nearest).toBe(names[0]);
    expect(problems.at(-1)).not.toHaveProperty('nearest');
  });

  test('a text nested a hundred thousand deep is refused', () => {
    const text = `{"if":${'{"not":'.repeat(100_000)}{}${'}'.repeat(100_000)}}`;

    const result = compileDefinition(text);

    expect(result.ok).toBe(false);
  });

  test('counts within counts over a huge document end with an error, explained too', () => {
    const members = repeat(30_000, 0);
    const within = { count: { field: 'b[*]', where: { field: 'b[*]', equals: 1 } }, equals: 0 };
    const condition = {
      count: { field: 'a[*]', where: { allOf: [within, { field: 'c[*]', less: 1 }] } },
      equals: 1,
    };
    const policy = compiled(auditIf(condition));

    const { outcome, trace } = explain(policy, { resource: { a: members, b: members, c: members } });

    expect(outcome).toMatchObject({ state: 'error', reason: expect.stringContaining('steps') });
    expect(trace).toMatchObject({ result: false, fault: expect.stringContaining('steps') });
  });

  test('a resource nested a hundred thousand deep is only looked into', () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 100_000; i++) deep = { deep };

    const outcome = outcomeOf({ value: "[string(field('properties'))]", equals: 'x' }, { properties: deep });

    expect(outcome.state).toBe('error');
  });
});
