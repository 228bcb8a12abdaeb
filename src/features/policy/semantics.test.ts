import { describe, expect, test } from 'vitest';
import { aliasesFromProviders } from './aliases/fromProviders.ts';
import { azureSemantics, type PolicySemantics, regorusSemantics } from './semantics.ts';
import { holds, outcomeOf } from './testKit.ts';

/** Azure's reading with one option read as regorus reads it. */
function reading<Option extends keyof PolicySemantics>(option: Option): PolicySemantics {
  return { ...azureSemantics, [option]: regorusSemantics[option] };
}

describe('each decision has both readings', () => {
  test('missingArray: a condition over [*] of a missing array', () => {
    const condition = { field: 'items[*].status', equals: 'active' };

    const here = holds(condition, {});
    const there = holds(condition, {}, { semantics: reading('missingArray') });

    expect([here, there]).toEqual([true, false]);
  });

  test('likeQuestionMark: ? in like', () => {
    const condition = { field: 'name', like: 'vm-?' };

    const here = [holds(condition, { name: 'vm-1' }), holds(condition, { name: 'vm-?' })];
    const there = holds(condition, { name: 'vm-1' }, { semantics: reading('likeQuestionMark') });

    expect([...here, there]).toEqual([false, true, true]);
  });

  test('orderingMismatch: ordering a text against a number', () => {
    const condition = { field: 'properties.port', greater: 1024 };
    const resource = { properties: { port: '8080' } };

    const here = outcomeOf(condition, resource).state;
    const there = outcomeOf(condition, resource, { semantics: reading('orderingMismatch') }).state;

    expect([here, there]).toEqual(['error', 'nonCompliant']);
  });

  test('numberEquality: "05" and 5', () => {
    const condition = { field: 'properties.port', equals: 5 };
    const resource = { properties: { port: '05' } };

    const here = holds(condition, resource);
    const there = holds(condition, resource, { semantics: reading('numberEquality') });

    expect([here, there]).toEqual([false, true]);
  });

  test.each([{ equals: '' }, { in: [''] }, { like: '*' }, { contains: '' }])(
    'missingValue: a missing field, %o',
    (operator) => {
      const condition = { field: 'properties.absent', ...operator };

      const here = holds(condition, {});
      const there = holds(condition, {}, { semantics: reading('missingValue') });

      expect([here, there]).toEqual([true, false]);
    },
  );

  test('templateEquals: equals() and case', () => {
    const condition = { value: "[equals('Yes', 'yes')]", equals: true };

    const here = holds(condition, {});
    const there = holds(condition, {}, { semantics: reading('templateEquals') });

    expect([here, there]).toEqual([false, true]);
  });

  test('templateContains: contains() over an array and case', () => {
    const condition = { value: "[contains(createArray('A'), 'a')]", equals: true };

    const here = holds(condition, {});
    const there = holds(condition, {}, { semantics: reading('templateContains') });

    expect([here, there]).toEqual([false, true]);
  });

  test('aliasPath: an alias whose path depends on the API version', () => {
    const paths = [{ path: 'sku.name', apiVersions: ['2020-01-01'] }];
    const alias = { name: 'My.Test/things/tier', defaultPath: 'properties.tier', paths };
    const aliases = aliasesFromProviders([
      { namespace: 'My.Test', resourceTypes: [{ resourceType: 'things', aliases: [alias] }] },
    ]);
    const resource = { type: 'My.Test/things', sku: { name: 'new' }, properties: { tier: 'old' } };
    const context = { requestContext: { apiVersion: '2020-01-01' } };
    const condition = { field: 'My.Test/things/tier', equals: 'new' };

    const here = holds(condition, resource, { aliases, context });
    const there = holds(condition, resource, {
      aliases,
      context,
      semantics: { ...azureSemantics, aliasPath: 'default' },
    });

    expect([here, there]).toEqual([true, false]);
  });

  test('nullOperand: a null computed for the right side', () => {
    const condition = { field: 'name', equals: "[tryGet(createObject(), 'x')]" };

    const here = outcomeOf(condition, { name: 'n' }).state;
    const there = outcomeOf(condition, { name: 'n' }, { semantics: reading('nullOperand') }).state;

    expect([here, there]).toEqual(['error', 'compliant']);
  });

  test('functions: what cannot be converted', () => {
    const condition = { value: "[int('3.7')]", equals: 3 };

    const here = outcomeOf(condition, {}).state;
    const there = outcomeOf(condition, {}, { semantics: reading('functions') }).state;

    expect([here, there]).toEqual(['error', 'nonCompliant']);
  });

  test('resourceScope: documents that the mode leaves out', () => {
    const condition = { field: 'type', equals: 'Microsoft.Resources/deployments' };
    const resource = { type: 'Microsoft.Resources/deployments' };

    const here = outcomeOf(condition, resource).state;
    const there = outcomeOf(condition, resource, { semantics: reading('resourceScope') }).state;

    expect([here, there]).toEqual(['notApplicable', 'nonCompliant']);
  });
});
