import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from './evaluation/evaluate.ts';
import { wordOf } from './json/json.ts';
import { auditIf, compiled, holds } from './testKit.ts';

const scalar = fc.oneof(
  fc.constantFrom('a', 'B', 'b', '', '5', 'true', 'Straße'),
  fc.integer({ min: -2, max: 9 }),
  fc.boolean(),
  fc.constant(null),
);
const text = fc.constantFrom('a', 'B', 'ab', 'a*', '*b', '*');
const name = fc.constantFrom('p', 'q', 'r');
const resource = fc.dictionary(name, scalar).map((properties) => ({ type: 'A/b', properties }));

interface Leaf {
  readonly field: string;
  readonly operator: string;
  readonly right: unknown;
}

const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  fc.record({
    field: name,
    operator: fc.constantFrom('equals', 'notEquals'),
    right: scalar.filter((value) => value !== null),
  }),
  fc.record({
    field: name,
    operator: fc.constantFrom('in', 'notIn'),
    right: fc.array(
      scalar.filter((value) => value !== null),
      { maxLength: 3 },
    ),
  }),
  fc.record({
    field: name,
    operator: fc.constantFrom('like', 'notLike', 'contains', 'notContains'),
    right: text,
  }),
  fc.record({ field: name, operator: fc.constant('exists'), right: fc.boolean() }),
);

type Tree =
  | { readonly leaf: Leaf }
  | { readonly not: Tree }
  | { readonly allOf: readonly Tree[] }
  | { readonly anyOf: readonly Tree[] };

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf.map((each) => ({ leaf: each })),
    tie('tree').map((not) => ({ not })),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((allOf) => ({ allOf })),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
  ),
}));

/** The condition that a tree stands for. */
function json(of: Tree): Record<string, unknown> {
  if ('leaf' in of) return { field: `properties.${of.leaf.field}`, [of.leaf.operator]: of.leaf.right };
  if ('not' in of) return { not: json(of.not) };
  return 'allOf' in of ? { allOf: of.allOf.map(json) } : { anyOf: of.anyOf.map(json) };
}

/** What a tree says about a resource, worked out without any of the engine. */
function naive(of: Tree, properties: Readonly<Record<string, unknown>>): boolean {
  if ('not' in of) return !naive(of.not, properties);
  if ('allOf' in of) return of.allOf.every((each) => naive(each, properties));
  if ('anyOf' in of) return of.anyOf.some((each) => naive(each, properties));
  return naiveLeaf(of.leaf, properties[of.leaf.field]);
}

function naiveLeaf({ operator, right }: Leaf, value: unknown): boolean {
  if (operator === 'exists') return (value !== undefined && value !== null) === right;
  if (operator.startsWith('not')) {
    const base = operator.slice(3, 4).toLowerCase() + operator.slice(4);
    return !naiveLeaf({ field: '', operator: base, right }, value);
  }
  const left = same(value);
  if (operator === 'equals') return left === same(right);
  if (operator === 'in') return (right as unknown[]).some((each) => same(each) === left);
  if (operator === 'contains') return left.includes(same(right));
  const pattern = same(right)
    .split('*')
    .map((part) => part.replaceAll(/[^a-z0-9]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`, 's').test(left);
}

function same(value: unknown): string {
  return wordOf(value).toUpperCase().toLowerCase();
}

/** The same value with the keys of all objects turned around. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

describe('properties of the language', () => {
  test('a compiled policy equals a naive interpreter', () => {
    fc.assert(
      fc.property(tree, resource, (of, document) => {
        expect(holds(json(of), document)).toBe(naive(of, document.properties));
      }),
      { numRuns: 1500 },
    );
  });

  test('not turns every condition', () => {
    fc.assert(
      fc.property(tree, resource, (of, document) => {
        expect(holds({ not: json(of) }, document)).toBe(!holds(json(of), document));
      }),
    );
  });

  test('De Morgan', () => {
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 4 }), resource, (trees, document) => {
        const none = holds({ not: { anyOf: trees.map(json) } }, document);
        const allNot = holds({ allOf: trees.map((each) => ({ not: json(each) })) }, document);
        expect(none).toBe(allNot);
      }),
    );
  });

  test('a parameter does the same as its value', () => {
    fc.assert(
      fc.property(leaf, resource, ({ field, operator, right }, document) => {
        const inline = holds({ field: `properties.${field}`, [operator]: right }, document);
        const condition = { field: `properties.${field}`, [operator]: "[parameters('p')]" };
        expect(holds(condition, document, { parameters: { p: right } })).toBe(inline);
      }),
    );
  });

  test('parameters are bound to each evaluation, not to the policy', () => {
    const policy = compiled(auditIf({ field: 'name', in: "[parameters('names')]" }));

    const states = [['a'], ['b'], ['a']].map(
      (names) => evaluate(policy, { resource: { name: 'a' }, parameters: { names } }).state,
    );

    expect(states).toEqual(['nonCompliant', 'compliant', 'nonCompliant']);
  });

  test('the order of keys never matters', () => {
    fc.assert(
      fc.property(tree, resource, (of, document) => {
        expect(holds(reversed(json(of)), reversed(document))).toBe(holds(json(of), document));
      }),
    );
  });
});
