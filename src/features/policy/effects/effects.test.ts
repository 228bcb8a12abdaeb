import { describe, expect, test } from 'vitest';
import { compileDefinition } from '../definition/compile.ts';
import { describeEffect } from '../evaluation/describe.ts';
import { evaluate, evaluateFully } from '../evaluation/evaluate.ts';
import type { EvaluationInput } from '../evaluation/input.ts';
import { compiled, ruleWith } from '../testKit.ts';

const resource = {
  type: 'A/b',
  id: '/subscriptions/s/resourceGroups/g/providers/A/b/n',
  name: 'n',
  tags: { env: 'dev' },
  properties: {},
};
const always = { field: 'type', equals: 'A/b' };

function outcome(effect: string, details?: unknown, input: Partial<EvaluationInput> = {}) {
  return evaluate(compiled(ruleWith(always, { effect, details })), { resource, ...input });
}

function described(effect: string, details: unknown, input: Partial<EvaluationInput> = {}) {
  return describeEffect(
    evaluateFully(compiled(ruleWith(always, { effect, details })), { resource, ...input }),
  );
}

describe('what each effect comes to when its rule holds', () => {
  test.each([
    ['audit', 'nonCompliant'],
    ['deny', 'nonCompliant'],
    ['append', 'nonCompliant'],
    ['modify', 'nonCompliant'],
    ['disabled', 'notApplicable'],
    ['denyAction', 'compliant'],
    ['manual', 'needsData'],
    ['addToNetworkGroup', 'needsData'],
    ['mutate', 'needsData'],
    ['AUDIT', 'nonCompliant'],
  ])('%s: %s', (effect, state) => {
    const result = outcome(effect);

    expect(result.state).toBe(state);
  });

  test.each([
    ['Compliant', 'compliant'],
    ['NonCompliant', 'nonCompliant'],
    ['Unknown', 'needsData'],
  ] as const)('manual, attested %s: %s', (attestation, state) => {
    const result = outcome('manual', { defaultState: 'Unknown' }, { attestation });

    expect(result.state).toBe(state);
  });

  test('an override replaces the effect', () => {
    const result = outcome('deny', undefined, { effect: 'Disabled' });

    expect(result.state).toBe('notApplicable');
  });

  test('an effect from a parameter that is none is an error', () => {
    const policy = compiled(ruleWith(always, { effect: "[parameters('effect')]" }));

    const result = evaluate(policy, { resource, parameters: { effect: 'Explode' } });

    expect(result).toMatchObject({ state: 'error', reason: expect.stringContaining('Explode') });
  });
});

describe('what effects would do', () => {
  test('modify carries out its operations, conditions permitting', () => {
    const details = {
      roleDefinitionIds: ['/role'],
      operations: [
        { operation: 'add', field: "tags['env']", value: 'prod' },
        { operation: 'addOrReplace', field: 'tags.owner', value: "[field('name')]" },
        { operation: 'Remove', field: 'tags.ENV', condition: "[equals(field('name'), 'x')]" },
        { operation: 'addOrReplace', field: 'properties.list[*]', value: 1 },
      ],
    };

    const description = described('modify', details);

    expect(description?.resource).toEqual({
      ...resource,
      tags: { env: 'dev', owner: 'n' },
      properties: { list: [1] },
    });
    expect(description?.details).toMatchObject({
      roleDefinitionIds: ['/role'],
      operations: [{ value: 'prod' }, { value: 'n' }, {}, {}],
    });
  });

  test('append sets fields and adds members', () => {
    const description = described('append', [
      { field: 'properties.a.b', value: true },
      { field: 'properties.rules[*]', value: { x: 1 } },
    ]);

    expect(description?.resource).toMatchObject({ properties: { a: { b: true }, rules: [{ x: 1 }] } });
  });

  test('deployIfNotExists evaluates parameters but not the template', () => {
    const template = { resources: [{ name: "[parameters('inner')]" }] };
    const deployment = {
      properties: { mode: 'incremental', template, parameters: { inner: { value: "[field('name')]" } } },
    };

    const description = described('deployIfNotExists', { type: 'C/d', deployment }, { related: () => [] });

    expect(description?.details).toMatchObject({
      deployment: { properties: { template, parameters: { inner: { value: 'n' } } } },
    });
  });

  test('modify of an alias that is not modifiable does not compile', () => {
    const target = new Map([['a/b', { defaultPath: 'properties.x', paths: [], modifiable: false }]]);
    const aliases = { aliases: new Map([['a/b/x', { name: 'A/b/x', targets: target }]]), types: new Map() };
    const details = { operations: [{ operation: 'addOrReplace', field: 'A/b/x', value: 1 }] };

    const result = compileDefinition(ruleWith(always, { effect: 'modify', details }), { aliases });

    expect(result.problems).toMatchObject([
      { kind: 'notModifiable', path: '$.policyRule.then.details.operations[0].field' },
    ]);
  });

  test.each([
    [{ effect: 'modify', details: {} }, 'effectDetails'],
    [
      { effect: 'modify', details: { operations: [{ operation: 'ad', field: 'tags.a', value: 1 }] } },
      'effectDetails',
    ],
    [{ effect: 'append', details: {} }, 'effectDetails'],
    [{ effect: 'auditIfNotExists', details: {} }, 'effectDetails'],
    [{ effect: 'audt' }, 'unknownEffect'],
  ])('%o does not compile', (consequence, kind) => {
    const result = compileDefinition(ruleWith(always, consequence));

    expect(result).toMatchObject({ ok: false, problems: [{ kind }] });
  });
});
