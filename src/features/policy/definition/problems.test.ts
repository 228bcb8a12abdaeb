import { describe, expect, test } from 'vitest';
import { auditIf, ruleWith } from '../testKit.ts';
import { compileDefinition } from './compile.ts';
import { checkParameterValues } from './parameters.ts';

const leaf = { field: 'name', equals: 'a' };

function problemsOf(source: unknown) {
  return compileDefinition(source).problems.map(({ kind, path, nearest }) => [kind, path, nearest]);
}

describe('problems of a definition', () => {
  test.each([
    [
      'an operator misspelt',
      auditIf({ field: 'name', equal: 'a' }),
      [['unknownOperator', '$.policyRule.if.equal', 'equals']],
    ],
    [
      'a field misspelt',
      auditIf({ field: 'locaton', equals: 'a' }),
      [['unknownField', '$.policyRule.if.field', 'location']],
    ],
    [
      'an operator and the effect misspelt',
      ruleWith({ field: 'name', equal: 'a' }, { effect: 'audt' }),
      [
        ['unknownOperator', '$.policyRule.if.equal', 'equals'],
        ['unknownEffect', '$.policyRule.then.effect', 'audit'],
      ],
    ],
    [
      'a key beside a logical operator',
      auditIf({ allOf: [leaf], field: 'name' }),
      [['unknownKey', '$.policyRule.if', undefined]],
    ],
    ['two operators', auditIf({ ...leaf, like: 'b' }), [['structure', '$.policyRule.if', undefined]]],
    [
      'keys that differ by case',
      auditIf({ field: 'name', equals: 'a', Equals: 'b' }),
      [['duplicateKey', '$.policyRule.if', undefined]],
    ],
    [
      'an operand of the wrong kind',
      auditIf({ field: 'name', in: 'a' }),
      [['operand', '$.policyRule.if.in', undefined]],
    ],
    [
      'exists with another word',
      auditIf({ field: 'name', exists: 'maybe' }),
      [['operand', '$.policyRule.if.exists', undefined]],
    ],
    ['no rule', { displayName: 'x' }, [['structure', '$.policyRule', undefined]]],
    ['no object', 7, [['structure', '$', undefined]]],
    ['no JSON', '{', [['json', '$', undefined]]],
    [
      'a key twice in a text',
      '{"policyRule":{},"policyRule":{"if":{"field":"name","equals":"a"},"then":{"effect":"audit"}}}',
      [['duplicateKey', '$', undefined]],
    ],
    [
      'a key inside and outside of properties',
      { mode: 'All', properties: { mode: 'All', policyRule: auditIf(leaf) } },
      [['duplicateKey', '$.mode', undefined]],
    ],
    ['a mode misspelt', { mode: 'Index', policyRule: auditIf(leaf) }, [['unknownMode', '$.mode', 'Indexed']]],
    [
      'a parameter that is not declared',
      {
        parameters: { effect: { type: 'String' } },
        policyRule: ruleWith(leaf, { effect: "[parameters('efect')]" }),
      },
      [['unknownParameter', '$.policyRule.then.effect', 'effect']],
    ],
    [
      'a parameter type',
      { parameters: { a: { type: 'Strin' } }, policyRule: auditIf(leaf) },
      [['parameter', '$.parameters.a.type', 'string']],
    ],
    [
      'an effect among the allowed ones',
      {
        parameters: { e: { type: 'String', allowedValues: ['Audit', 'Denny'] } },
        policyRule: ruleWith(leaf, { effect: "[parameters('e')]" }),
      },
      [['unknownEffect', '$.parameters.e', 'deny']],
    ],
    [
      'current() of no count',
      auditIf({
        count: { value: [1], name: 'item', where: { value: "[current('itm')]", equals: 1 } },
        equals: 1,
      }),
      [['expression', '$.policyRule.if.count.where.value', 'item']],
    ],
    [
      'a part of the rule misspelt',
      { policyRule: { if: leaf, ten: { effect: 'audit' } } },
      [
        ['unknownKey', '$.policyRule.ten', 'then'],
        ['structure', '$.policyRule.then', undefined],
      ],
    ],
    [
      'the rule misspelt',
      { policyRul: auditIf(leaf) },
      [
        ['unknownKey', '$.policyRul', 'policyRule'],
        ['structure', '$.policyRule', undefined],
      ],
    ],
    [
      'a key of then misspelt',
      ruleWith(leaf, { effect: 'audit', detail: {} }),
      [['unknownKey', '$.policyRule.then.detail', 'details']],
    ],
    [
      'a key of a parameter misspelt',
      { parameters: { a: { type: 'String', defaultVale: 'x' } }, policyRule: auditIf(leaf) },
      [['unknownKey', '$.parameters.a.defaultVale', 'defaultValue']],
    ],
    [
      'a default of another type',
      { parameters: { a: { type: 'Array', defaultValue: 'x' } }, policyRule: auditIf(leaf) },
      [['parameter', '$.parameters.a.defaultValue', undefined]],
    ],
    [
      'a default that is not allowed',
      {
        parameters: { a: { type: 'String', defaultValue: 'x', allowedValues: ['y'] } },
        policyRule: auditIf(leaf),
      },
      [['parameter', '$.parameters.a.defaultValue', 'y']],
    ],
    [
      'what the language no longer has',
      auditIf({ source: 'action', equals: 'x' }),
      [
        ['structure', '$.policyRule.if', undefined],
        ['unknownKey', '$.policyRule.if.source', 'field'],
      ],
    ],
    [
      'a key of details misspelt',
      ruleWith(leaf, { effect: 'auditIfNotExists', details: { type: 'A/b', existenceConditon: leaf } }),
      [['unknownKey', '$.policyRule.then.details.existenceConditon', 'existenceCondition']],
    ],
    [
      'a scope that is none',
      ruleWith(leaf, { effect: 'auditIfNotExists', details: { type: 'A/b', existenceScope: 'subscripton' } }),
      [['effectDetails', '$.policyRule.then.details.existenceScope', 'subscription']],
    ],
    [
      'a conflict effect that is none',
      ruleWith(leaf, {
        effect: 'modify',
        details: { conflictEffect: 'dney', operations: [{ operation: 'remove', field: 'tags.a' }] },
      }),
      [['effectDetails', '$.policyRule.then.details.conflictEffect', 'deny']],
    ],
    [
      'a default state that is none',
      ruleWith(leaf, { effect: 'manual', details: { defaultState: 'Unknwn' } }),
      [['effectDetails', '$.policyRule.then.details.defaultState', 'Unknown']],
    ],
    [
      'all of them at once',
      auditIf({
        allOf: [
          { field: 'nam', equals: 1 },
          { value: '[x(]', equals: 1 },
        ],
      }),
      [
        ['expression', '$.policyRule.if.allOf[1].value', undefined],
        ['unknownField', '$.policyRule.if.allOf[0].field', 'name'],
      ],
    ],
  ])('%s', (_, source, wanted) => {
    const problems = problemsOf(source);

    expect(problems).toEqual(wanted);
  });

  test('keys that mean nothing, and resemble none that does, are a warning', () => {
    const result = compileDefinition(ruleWith(leaf, { effect: 'audit', comment: 'x' }));

    expect(result).toMatchObject({
      ok: true,
      problems: [{ severity: 'warning', kind: 'unknownKey', path: '$.policyRule.then.comment' }],
    });
  });

  test('data-plane modes compile, and say that they are evaluated elsewhere', () => {
    const result = compileDefinition({
      mode: 'Microsoft.Kubernetes.Data',
      policyRule: auditIf({ field: 'X/y/z', equals: 1 }),
    });

    expect(result.ok && result.policy.evidence).toBe('other');
  });
});

describe('values of parameters', () => {
  const result = compileDefinition({
    parameters: {
      list: { type: 'Array', allowedValues: ['a', 'b'] },
      count: { type: 'Integer', defaultValue: 1 },
      name: { type: 'String' },
    },
    policyRule: auditIf(leaf),
  });
  const declared = result.ok ? result.policy.parameters : [];

  test.each([
    [{ name: 'x', list: ['A'] }, []],
    [{ list: ['c'], name: 'x' }, ['$.parameters.list']],
    [{ list: ['a'] }, ['$.parameters.name']],
    [{ list: ['a'], name: 'x', count: 'three' }, ['$.parameters.count']],
    [{ list: ['a'], NAME: 'x', nmae: 'y' }, ['$.parameters.nmae']],
  ])('%o', (values, paths) => {
    const problems = checkParameterValues(declared, values);

    expect(problems.map((problem) => problem.path)).toEqual(paths);
  });
});
