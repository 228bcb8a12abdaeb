import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileDefinition } from './definition/compile.ts';
import { effectNames } from './effects/registry.ts';
import { evaluate } from './evaluation/evaluate.ts';
import type { EvaluationInput } from './evaluation/input.ts';
import { outcomeStates } from './evaluation/outcome.ts';
import { explain } from './explain/explain.ts';
import { functionNames } from './functions/registry.ts';
import { operatorNames } from './operators/registry.ts';
import { azureSemantics, type PolicySemantics, regorusSemantics } from './semantics.ts';
import { ruleWith } from './testKit.ts';

const word = fc.oneof(
  fc.constantFrom(
    'type',
    'name',
    'tags.a',
    'properties.a',
    'items[*].x',
    'items[*]',
    'location',
    'A/b',
    '*',
    '[*]',
    '',
    'value',
    "tags['",
  ),
  fc.string({ maxLength: 8 }),
);
const argument = fc.oneof(
  fc.constantFrom(
    "'a'",
    '1',
    '-2.5',
    "parameters('p')",
    "field('items[*]')",
    'current()',
    'null()',
    'utcNow()',
  ),
  fc.constant("'"),
);
const call = fc
  .tuple(fc.constantFrom(...functionNames()), fc.array(argument, { maxLength: 3 }))
  .map(([name, args]) => `${name}(${args.join(',')})`);
const expression = fc
  .tuple(call, fc.constantFrom('', '.a', '[0]', ')'))
  .map(([inner, rest]) => `[${inner}${rest}]`);
const operand = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  { weight: 2, arbitrary: expression },
  { weight: 2, arbitrary: word },
);

const { condition } = fc.letrec<{ condition: unknown }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small' },
    fc
      .tuple(word, fc.constantFrom(...operatorNames()), operand)
      .map(([field, operator, right]) => ({ field, [operator]: right })),
    fc
      .tuple(operand, fc.constantFrom(...operatorNames()), operand)
      .map(([value, operator, right]) => ({ value, [operator]: right })),
    fc
      .tuple(word, tie('condition'), fc.integer())
      .map(([field, where, equals]) => ({ count: { field, where }, equals })),
    fc.tuple(operand, tie('condition')).map(([value, where]) => ({ count: { value, where }, greater: 0 })),
    fc.array(tie('condition'), { maxLength: 3 }).map((allOf) => ({ allOf })),
    fc.array(tie('condition'), { maxLength: 3 }).map((anyOf) => ({ anyOf })),
    tie('condition').map((not) => ({ not })),
    fc.jsonValue({ maxDepth: 3 }),
  ),
}));

const definition = fc
  .tuple(
    condition,
    fc.constantFrom(...effectNames(), "[parameters('p')]"),
    fc.option(fc.jsonValue(), { nil: undefined }),
  )
  .map(([test, effect, details]) => ruleWith(test, { effect, details }));
const resource = fc.oneof(
  fc.jsonValue(),
  fc.record({
    type: fc.constantFrom('A/b', 'microsoft.resources/subscriptions', 7),
    name: fc.jsonValue(),
    items: fc.jsonValue(),
    tags: fc.jsonValue(),
  }),
);

/** Compiles, evaluates and explains; what must hold of the result, whatever came in. */
function judge(source: unknown, input: EvaluationInput, semantics: PolicySemantics) {
  const result = compileDefinition(source, { barePaths: true, semantics });
  if (!result.ok)
    return { compiled: false, sound: result.problems.some((problem) => problem.severity === 'error') };
  const outcome = evaluate(result.policy, input);
  const explained = explain(result.policy, input).outcome;
  return {
    compiled: true,
    sound: outcomeStates.includes(outcome.state) && isDeepStrictEqual(explained, outcome),
  };
}

describe('whatever comes in', () => {
  test.each([azureSemantics, regorusSemantics])(
    'compiling never throws, and an outcome is one of the six (%#)',
    (semantics) => {
      let evaluated = 0;

      fc.assert(
        fc.property(definition, resource, fc.jsonValue(), (source, document, p) => {
          const verdict = judge(
            source,
            { resource: document, parameters: { p }, related: () => [document] },
            semantics,
          );
          evaluated += verdict.compiled ? 1 : 0;
          expect(verdict.sound).toBe(true);
        }),
        { numRuns: 3000 },
      );

      expect(evaluated).toBeGreaterThan(200);
    },
  );

  test('any JSON and any text is compiled or refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.string(), fc.json(), fc.constant(undefined)), (source) => {
        expect(typeof compileDefinition(source).ok).toBe('boolean');
      }),
      { numRuns: 2000 },
    );
  });
});
