import { describe, expect, test } from 'vitest';
import { holds, outcomeOf } from '../testKit.ts';

const resource = {
  tags: { env: 'prod' },
  rules: [{ access: 'Allow', ports: [22, 80] }, { access: 'Deny', ports: [22] }, { access: 'Allow' }],
};

function count(inner: unknown, number: number) {
  return holds({ count: inner, equals: number }, resource);
}

describe('count over a field', () => {
  test.each([
    ['members', { field: 'rules[*]' }, 3],
    ['a missing array', { field: 'none[*]' }, 0],
    ['nested stars multiply', { field: 'rules[*].ports[*]' }, 3],
    ['where sees one member', { field: 'rules[*]', where: { field: 'rules[*].access', equals: 'Allow' } }, 2],
    [
      'where over an inner array is a condition on all of it',
      { field: 'rules[*]', where: { field: 'rules[*].ports[*]', equals: 22 } },
      2,
    ],
    ['where may look outside', { field: 'rules[*]', where: { field: 'tags.env', equals: 'prod' } }, 3],
    [
      'field() within where is a list of one',
      { field: 'rules[*]', where: { value: "[length(field('rules[*].access'))]", equals: 1 } },
      3,
    ],
    [
      'current() of an alias is the value',
      { field: 'rules[*]', where: { value: "[current('rules[*].access')]", equals: 'deny' } },
      1,
    ],
    [
      'current() alone is the member',
      { field: 'rules[*]', where: { value: '[current().access]', equals: 'Deny' } },
      1,
    ],
    [
      'counts nest',
      {
        field: 'rules[*]',
        where: {
          count: { field: 'rules[*].ports[*]', where: { field: 'rules[*].ports[*]', equals: 22 } },
          greater: 0,
        },
      },
      2,
    ],
    [
      'the same array within itself has one member',
      { field: 'rules[*]', where: { count: { field: 'rules[*]' }, equals: 1 } },
      3,
    ],
  ])('%s', (_, inner, number) => {
    const held = count(inner, number);

    expect(held).toBe(true);
  });
});

describe('count over values', () => {
  test.each([
    ['a list', { value: ['a', 'b'] }, 2],
    [
      'where by name',
      {
        value: ['env', 'team'],
        name: 'tag',
        where: { field: "[concat('tags[', current('tag'), ']')]", exists: true },
      },
      1,
    ],
    [
      'where by default name',
      { value: ['x', 'y'], where: { value: "[current('default')]", equals: 'x' } },
      1,
    ],
    [
      'properties of an object',
      {
        value: [{ access: 'allow' }],
        name: 'want',
        where: {
          count: {
            field: 'rules[*]',
            where: { field: 'rules[*].access', equals: "[current('want').access]" },
          },
          equals: 2,
        },
      },
      1,
    ],
  ])('%s', (_, inner, number) => {
    const held = count(inner, number);

    expect(held).toBe(true);
  });

  test('over something that is no list fails', () => {
    const outcome = outcomeOf(
      { count: { value: "[parameters('x')]" }, equals: 0 },
      {},
      { parameters: { x: 'text' } },
    );

    expect(outcome.state).toBe('error');
  });

  test('iterates at most a hundred times, enclosing counts included', () => {
    const many = Array.from({ length: 11 }, (_, i) => i);
    const inner = { count: { value: many, name: 'b', where: { value: 1, equals: 1 } }, greater: 0 };

    const outcome = outcomeOf({ count: { value: many, name: 'a', where: inner }, greater: 0 }, {});

    expect(outcome).toMatchObject({ state: 'error', reason: expect.stringContaining('100') });
  });
});

describe('collections in field()', () => {
  test.each([
    ["[field('none')]", ''],
    ["[string(field('none[*]'))]", '[[]'],
    ["[string(field('rules[*].ports[*]'))]", '[[22,80,22]'],
    ["[string(length(field('rules[*]')))]", '3'],
  ])('%s is %s', (value, expected) => {
    const held = holds({ value, equals: expected }, resource);

    expect(held).toBe(true);
  });

  test('not + [*] + notEquals: at least one equals', () => {
    const condition = { not: { field: 'rules[*].access', notEquals: 'Deny' } };

    const held = [holds(condition, resource), holds(condition, { rules: [{ access: 'Allow' }] })];

    expect(held).toEqual([true, false]);
  });
});
