import { describe, expect, test } from 'vitest';
import { evaluate } from '../evaluation/evaluate.ts';
import { compiled, outcomeOf, ruleWith } from '../testKit.ts';

const vm = {
  type: 'Microsoft.Compute/virtualMachines',
  name: 'vm',
  kind: 'linux',
  properties: { size: 'S' },
};
const type = { field: 'type', equals: 'Microsoft.Compute/virtualMachines' };
const otherType = { field: 'type', equals: 'Other/type' };
const kind = { field: 'kind', equals: 'windows' };
const name = { field: 'name', equals: 'other' };
const size = { field: 'properties.size', equals: 'L' };

/** Rows of the documented table, and the general rule. */
const table: [string, unknown, string][] = [
  ['other conditions count as true', { allOf: [type, size] }, 'compliant'],
  ['and as false where negated', { allOf: [type, { not: size }] }, 'nonCompliant'],
  ['a type that does not match', { allOf: [otherType, size] }, 'notApplicable'],
  ['a negated type', { allOf: [{ not: type }, size] }, 'notApplicable'],
  ['anyOf with another condition could always hold', { anyOf: [otherType, size] }, 'compliant'],
  ['only kind: all resources', kind, 'compliant'],
  ['only name: all resources', name, 'compliant'],
  ['type and kind: the type decides', { allOf: [type, kind] }, 'compliant'],
  ['type and name: the type decides', { allOf: [type, name] }, 'compliant'],
  ['type, kind and others: type and kind decide', { allOf: [type, kind, size] }, 'notApplicable'],
  ['type, name and others: type and name decide', { allOf: [type, name, size] }, 'notApplicable'],
];

describe('applicability', () => {
  test.each(table)('%s', (_, condition, state) => {
    const outcome = outcomeOf(condition, vm);

    expect(outcome.state).toBe(state);
  });

  test('a location condition is never applicable to a subscription', () => {
    const resource = { type: 'Microsoft.Resources/subscriptions', location: 'eastus' };

    const outcome = outcomeOf({ field: 'location', equals: 'eastus' }, resource);

    expect(outcome.state).toBe('notApplicable');
  });

  test('…IfNotExists: the whole if decides', () => {
    const details = { type: 'A/b' };
    const policy = compiled(ruleWith({ allOf: [type, size] }, { effect: 'auditIfNotExists', details }));

    const outcome = evaluate(policy, { resource: vm, related: () => [] });

    expect(outcome.state).toBe('notApplicable');
  });

  test.each([
    ['Indexed', 'Microsoft.Resources/subscriptions', 'notApplicable'],
    ['Indexed', 'Microsoft.Resources/subscriptions/resourceGroups', 'notApplicable'],
    [undefined, 'Microsoft.Resources/subscriptions/resourceGroups', 'notApplicable'],
    ['All', 'Microsoft.Resources/subscriptions/resourceGroups', 'nonCompliant'],
    ['All', 'Microsoft.Resources/deployments', 'notApplicable'],
    ['indexed', 'Microsoft.Compute/virtualMachines', 'nonCompliant'],
  ])('mode %s and %s: %s', (mode, resourceType, state) => {
    const policy = compiled({
      mode,
      policyRule: ruleWith({ field: 'name', exists: true }, { effect: 'audit' }),
    });

    const outcome = evaluate(policy, { resource: { type: resourceType, name: 'n' } });

    expect(outcome.state).toBe(state);
  });

  test('mode Indexed leaves out types that ARM says have no tags or location', () => {
    const aliases = { aliases: new Map(), types: new Map([['a/b', { indexed: false }]]) };
    const policyRule = ruleWith({ field: 'name', exists: true }, { effect: 'audit' });
    const policy = compiled({ mode: 'Indexed', policyRule }, { aliases });

    const outcome = evaluate(policy, { resource: { type: 'A/b', name: 'n' } });

    expect(outcome.state).toBe('notApplicable');
  });
});
