import { describe, expect, test } from 'vitest';
import { holds, outcomeOf } from '../testKit.ts';
import { findOperator, operatorNames } from './registry.ts';

const at = (value: unknown) => ({ properties: { x: value } });

/** Operator, right side, values for which it holds, values for which it does not. */
const table: [string, unknown, unknown[], unknown[]][] = [
  ['equals', 'Yes', ['yes', 'YES'], ['no', '', null, ['yes'], { yes: 1 }]],
  ['equals', 5, [5, '5'], ['05', '5.0', 6, true]],
  ['equals', true, [true, 'True', 'TRUE'], [false, 'yes', 1]],
  ['equals', null, [null, ''], ['x', 0, false]],
  ['equals', 'STRASSE', ['Straße'], ['Strase']],
  ['in', ['a', 5, true], ['A', '5', 5, 'true', true], ['b', null, ['a']]],
  ['like', 'My-*-vm', ['my-prod-VM', 'my--vm'], ['my-vm', 'xmy-prod-vm', 'my-prod-vmx']],
  ['like', 'a*b*c', ['abc', 'a1b2c'], ['acb', 'ab']],
  ['like', 'plain', ['PLAIN'], ['plain2']],
  ['match', 'vm-##?.', ['vm-01a!', 'vm-99Z '], ['VM-01a!', 'vm-0aa!', 'vm-011!', 'vm-01a']],
  ['match', 'a*', ['a*'], ['ab']],
  ['matchInsensitively', 'VM-#', ['vm-1'], ['vm-x']],
  ['contains', 'ROD', ['my-prod', ['rod'], { Rod: 1 }], ['my-dev', ['prod'], { prod: 1 }, null]],
  ['containsKey', 'Env', [{ env: 'x' }], [{ other: 1 }, 'env', null]],
  ['less', 5, [4.5, -1], [5, 6]],
  ['lessOrEquals', 5, [5], [5.1]],
  [
    'greater',
    '2024-01-01T00:00:00Z',
    ['2024-01-01T00:00:00.5Z', '2024-01-01T02:00:00+01:00'],
    ['2024-01-01T01:00:00+01:00'],
  ],
  ['greaterOrEquals', 'beta', ['Beta', 'gamma'], ['ALPHA']],
  ['exists', 'true', ['', 0, false, [], {}], [null, undefined]],
  ['exists', false, [null, undefined], ['', 0]],
];

describe('operators', () => {
  test.each(table)('%s %o', (operator, right, yes, no) => {
    const condition = { field: 'properties.x', [operator]: right };

    const held = [...yes, ...no].map((value) => holds(condition, at(value)));

    expect(held).toEqual([...yes.map(() => true), ...no.map(() => false)]);
  });

  test.each(table.filter(([operator]) => findOperator(operator)?.negation))(
    'the negation of %s %o is its opposite',
    (operator, right, yes, no) => {
      const condition = { field: 'properties.x', [findOperator(operator)?.negation ?? '']: right };

      const held = [...yes, ...no].map((value) => holds(condition, at(value)));

      expect(held).toEqual([...yes.map(() => false), ...no.map(() => true)]);
    },
  );

  test('there are the nineteen documented ones', () => {
    const names = operatorNames();

    expect(names).toHaveLength(19);
  });

  test.each([true, [1], { a: 1 }, null, '7'])('ordering %o against a number is an error', (value) => {
    const outcome = outcomeOf({ field: 'properties.x', greater: 3 }, at(value));

    expect(outcome).toMatchObject({ state: 'error', expression: expect.stringContaining('properties.x') });
  });

  test('keys of a condition are read in any casing', () => {
    const held = holds({ ALLOF: [{ Field: 'NAME', NotEquals: 'a' }] }, { name: 'b' });

    expect(held).toBe(true);
  });
});
