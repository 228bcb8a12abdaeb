import { describe, expect, test } from 'vitest';
import { compiled, ruleWith } from '../testKit.ts';
import { evaluate } from './evaluate.ts';
import type { RelatedQuery } from './input.ts';

const id = '/subscriptions/s/resourceGroups/g/providers/A/b/n';
const resource = { type: 'A/b', id, name: 'n', location: 'eastus' };

function judge(details: unknown, found: readonly unknown[] | 'unknown', subject: unknown = resource) {
  const policy = compiled(ruleWith({ field: 'name', exists: true }, { effect: 'auditIfNotExists', details }));
  const queries: RelatedQuery[] = [];
  const outcome = evaluate(policy, {
    resource: subject,
    related(query) {
      queries.push(query);
      return found;
    },
  });
  return { state: outcome.state, outcome, query: queries[0] };
}

describe('the search for related resources', () => {
  test.each([
    ['a child: under the resource', { type: 'A/b/c' }, { kind: 'resource', resourceId: id }],
    [
      'an extension: on the resource',
      { type: 'Microsoft.Insights/diagnosticSettings' },
      { kind: 'resource', resourceId: id },
    ],
    [
      'any other: in the resource group',
      { type: 'C/d' },
      { kind: 'resourceGroup', subscriptionId: 's', resourceGroup: 'g' },
    ],
    [
      'another group',
      { type: 'C/d', resourceGroupName: 'h' },
      { kind: 'resourceGroup', subscriptionId: 's', resourceGroup: 'h' },
    ],
    [
      'the subscription',
      { type: 'C/d', existenceScope: 'Subscription' },
      { kind: 'subscription', subscriptionId: 's' },
    ],
  ])('%s', (_, details, scope) => {
    const { query } = judge(details, []);

    expect(query?.scope).toEqual(scope);
  });

  test('names are evaluated for the resource', () => {
    const { query } = judge({ type: 'A/b/c', name: "[concat(field('name'), '/?')]" }, []);

    expect(query?.name).toBe('n/?');
  });
});

describe('existence', () => {
  const condition = {
    allOf: [
      { field: 'kind', equals: 'x' },
      { field: 'location', equals: "[field('location')]" },
    ],
  };
  const good = { type: 'C/d', kind: 'x', location: 'eastus', name: 'one' };

  test.each([
    ['none found', { type: 'C/d' }, [], 'nonCompliant'],
    ['any will do without a condition', { type: 'C/d' }, [good], 'compliant'],
    ['an empty condition is none', { type: 'C/d', existenceCondition: {} }, [good], 'compliant'],
    [
      'one satisfies it; field() is the evaluated resource',
      { type: 'C/d', existenceCondition: condition },
      [{ ...good, kind: 'y' }, good],
      'compliant',
    ],
    [
      'none satisfies it',
      { type: 'C/d', existenceCondition: condition },
      [{ ...good, location: 'west' }],
      'nonCompliant',
    ],
    ['other types are dropped', { type: 'C/d' }, [{ ...good, type: 'E/f' }], 'nonCompliant'],
    ['other names are dropped', { type: 'C/d', name: 'two' }, [good], 'nonCompliant'],
    ['children by a wildcard', { type: 'A/b/c', name: 'n/?' }, [{ type: 'A/b/c', name: 'n/x' }], 'compliant'],
    ['children of another', { type: 'A/b/c', name: 'n/?' }, [{ type: 'A/b/c', name: 'm/x' }], 'nonCompliant'],
    ['an inventory that does not know', { type: 'C/d' }, 'unknown', 'needsData'],
    [
      'a fault on one does not hide another that satisfies it',
      { type: 'C/d', existenceCondition: { field: 'kind', greater: 1 } },
      [
        { ...good, kind: 'text' },
        { ...good, kind: 2 },
      ],
      'compliant',
    ],
    [
      'a fault on all is an error',
      { type: 'C/d', existenceCondition: { field: 'kind', greater: 1 } },
      [good],
      'error',
    ],
  ] as const)('%s: %s', (_, details, found, state) => {
    const result = judge(details, found);

    expect(result.state).toBe(state);
  });
});
