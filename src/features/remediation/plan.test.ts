import { describe, expect, test } from 'vitest';
import type { EffectDescription, Json } from '#features/policy/index.ts';
import { modificationOf } from '#features/policy/index.ts';
import { AzureError } from '#platform/azureClient.ts';
import { conflicts } from './conflicts.ts';
import { deploymentOf } from './deploymentOf.ts';
import { explainRefusal, roleName } from './roles.ts';

const TAG_CONTRIBUTOR = '4a9ae827-6dc8-4573-8ac7-8239d42aa03f';

/** A modification of one property, as an effect describes it. */
function setting(value: Json, conflictEffect: string, result: 'applied' | 'skipped' = 'applied') {
  const operation = { operation: 'addOrReplace', field: 'p', path: 'properties.p', value, result };
  const effect: EffectDescription = {
    effect: 'modify',
    consequence: 'would be changed',
    details: { conflictEffect },
    resource: { properties: { p: value } },
    operations: [operation],
  };
  return effect;
}

describe('policies that set one property otherwise', () => {
  test.each([
    ['deny', 'deny', 'Azure refuses the write'],
    ['audit', 'deny', 'deny wins'],
    ['audit', 'audit', 'none is carried out'],
    ['deny', 'audit', undefined],
    ['disabled', 'deny', undefined],
  ])('%s against %s: %s', (own, other, reason) => {
    const modification = modificationOf(setting(1, own));

    const found = modification && conflicts(modification, [{ name: 'other', effect: setting(2, other) }]);

    expect(found).toEqual(reason === undefined ? [] : [expect.stringContaining(reason)]);
  });

  test('are none where they agree, or where the other one skips it', () => {
    const modification = modificationOf(setting(1, 'deny'));
    const rivals = [setting(1, 'deny'), setting(2, 'deny', 'skipped')].map((effect) => ({
      name: 'r',
      effect,
    }));

    const found = modification && conflicts(modification, rivals);

    expect(found).toEqual([]);
  });
});

describe('where a deployIfNotExists deploys to', () => {
  const document = {
    id: `/subscriptions/${'1'.repeat(8)}-1111-4111-8111-${'1'.repeat(12)}/resourceGroups/g/providers/A/b/n`,
  };
  const deployment = { properties: { template: { resources: [] }, parameters: { a: { value: 1 } } } };

  test.each<[string, Json, object]>([
    ['its own group', { deployment }, { resource_group_name: 'g', location: null }],
    ['another group', { deployment, resourceGroupName: 'other' }, { resource_group_name: 'other' }],
    [
      'the subscription',
      { deploymentScope: 'Subscription', deployment: { ...deployment, location: 'westeurope' } },
      { resource_group_name: null, location: 'westeurope' },
    ],
  ])('%s', (_, details, expected) => {
    const found = deploymentOf(details, document);

    expect(found).toMatchObject({ ...expected, parameters: { a: { value: 1 } } });
  });
});

test('a refusal names the roles, a lock and another writer', () => {
  const refused = new AzureError('refused', 'AuthorizationFailed: no', { cause: undefined, status: 403 });
  const raced = new AzureError('badRequest', 'PreconditionFailed', { cause: undefined, status: 412 });
  const locked = new AzureError('badRequest', 'ScopeLocked: no', { cause: undefined, status: 409 });
  const explain = (error: AzureError) => explainRefusal(error, [`/x/${TAG_CONTRIBUTOR}`], '/subscriptions/s');

  expect(explain(refused)).toContain('needs Tag Contributor there');
  expect(explain(locked)).toContain('az lock list');
  expect(explain(raced)).toContain('plan again');
  expect(roleName('/x/unknown-guid')).toBe('unknown-guid');
});
