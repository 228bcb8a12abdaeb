import { describe, expect, test } from 'vitest';
import type { AliasTable } from '../aliases/table.ts';
import type { Json } from '../json/json.ts';
import { compiled, ruleWith } from '../testKit.ts';
import { describeEffect } from './describe.ts';
import { evaluateFully } from './evaluate.ts';
import { modificationOf, roleDefinitionIdsOf } from './modification.ts';

const CONTRIBUTOR = '/providers/microsoft.authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c';
const account = {
  id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/st',
  name: 'st',
  type: 'Microsoft.Storage/storageAccounts',
  location: 'westeurope',
  tags: { environment: 'dev' },
  properties: { allowBlobPublicAccess: true },
};
const aliases = storageAliases({
  allowBlobPublicAccess: 'properties.allowBlobPublicAccess',
  'deleteRetentionPolicy.enabled': 'properties.deleteRetentionPolicy.enabled',
});

/** A policy over storage accounts that modifies them. */
function modify(details: object, { resource = account as unknown, parameters = {} } = {}) {
  const declared = Object.keys(parameters).map((name) => [name, { type: 'String' }]);
  const rule = ruleWith(
    { field: 'type', equals: 'Microsoft.Storage/storageAccounts' },
    { effect: 'modify', details },
  );
  const properties = { mode: 'All', parameters: Object.fromEntries(declared), policyRule: rule };
  const policy = compiled({ properties }, { aliases });
  const description = describeEffect(evaluateFully(policy, { resource, parameters }));
  if (!description) throw new Error('the effect is not known');
  return { description, modification: modificationOf(description) };
}

function storageAliases(paths: Record<string, string>): AliasTable {
  const type = 'Microsoft.Storage/storageAccounts';
  const entries = Object.entries(paths).map(([name, defaultPath]) => {
    const target = { defaultPath, paths: [], modifiable: true };
    return [
      `${type}/${name}`.toLowerCase(),
      { name: `${type}/${name}`, targets: new Map([[type.toLowerCase(), target]]) },
    ] as const;
  });
  return { aliases: new Map(entries), types: new Map([[type.toLowerCase(), { indexed: true }]]) };
}

describe("the examples of Azure Policy's documentation of modify", () => {
  test('sets the tag environment, whatever it was', () => {
    const { modification, description } = modify({
      roleDefinitionIds: [CONTRIBUTOR],
      operations: [{ operation: 'addOrReplace', field: "tags['environment']", value: 'Test' }],
    });

    expect(modification?.resource.tags).toEqual({ environment: 'Test' });
    expect(roleDefinitionIdsOf(description)).toEqual([CONTRIBUTOR]);
  });

  test('removes env and sets environment from a parameter', () => {
    const { modification } = modify(
      {
        operations: [
          { operation: 'Remove', field: "tags['env']" },
          { operation: 'addOrReplace', field: "tags['environment']", value: "[parameters('tagValue')]" },
        ],
      },
      { parameters: { tagValue: 'prod' }, resource: { ...account, tags: { env: 'x', owner: 'me' } } },
    );

    expect(modification?.resource.tags).toEqual({ owner: 'me', environment: 'prod' });
    expect(modification?.operations).toMatchObject([
      { operation: 'remove', path: 'tags.env', result: 'applied' },
      { operation: 'addOrReplace', path: 'tags.environment', value: 'prod', result: 'applied' },
    ]);
  });

  test('forbids public access to blobs, with conflictEffect audit and a condition that holds', () => {
    const { modification } = modify({
      conflictEffect: 'audit',
      operations: [
        {
          condition: "[greaterOrEquals('2023-01-01', '2019-04-01')]",
          operation: 'addOrReplace',
          field: 'Microsoft.Storage/storageAccounts/allowBlobPublicAccess',
          value: false,
        },
      ],
    });

    expect(modification?.resource.properties).toEqual({ allowBlobPublicAccess: false });
    expect(modification?.conflictEffect).toBe('audit');
  });
});

describe('what is skipped, and why', () => {
  const add = { operation: 'add', field: 'tags.environment', value: 'prod' };
  const nested = {
    operation: 'addOrReplace',
    field: 'Microsoft.Storage/storageAccounts/deleteRetentionPolicy.enabled',
    value: true,
  };

  test.each<[string, object, string, string | undefined]>([
    ['add leaves a value that is there', add, 'unchanged', undefined],
    ['a condition does not hold', { ...add, condition: '[false()]' }, 'skipped', 'condition'],
    ['the parent of a nested property is absent', nested, 'skipped', 'deleteRetentionPolicy'],
    [
      'identity.type of what is no virtual machine',
      { operation: 'addOrReplace', field: 'identity.type', value: 'SystemAssigned' },
      'skipped',
      'virtual machines',
    ],
  ])('%s', (_, operation, result, reason) => {
    const { modification } = modify({ operations: [operation] });

    expect(modification?.resource).toEqual(account);
    expect(modification?.operations).toMatchObject([{ result }]);
    expect(modification?.operations[0]?.reason ?? '').toContain(reason ?? '');
  });

  test('a nested property whose parent is there is set', () => {
    const properties = { deleteRetentionPolicy: { days: 7 } };

    const { modification } = modify({ operations: [nested] }, { resource: { ...account, properties } });

    expect(modification?.resource.properties).toEqual({ deleteRetentionPolicy: { days: 7, enabled: true } });
  });

  test('append replaces nothing', () => {
    const rule = ruleWith(
      { field: 'type', equals: account.type },
      {
        effect: 'append',
        details: [
          { field: 'tags.environment', value: 'prod' },
          { field: 'tags.owner', value: 'me' },
        ] as unknown as Json,
      },
    );
    const description = describeEffect(evaluateFully(compiled(rule), { resource: account }));

    const modification = description && modificationOf(description);

    expect(modification?.resource.tags).toEqual({ environment: 'dev', owner: 'me' });
    expect(modification?.operations).toMatchObject([{ result: 'skipped' }, { result: 'applied' }]);
  });
});

test('an effect that changes nothing is no modification', () => {
  const rule = ruleWith({ field: 'type', equals: account.type }, { effect: 'audit' });
  const description = describeEffect(evaluateFully(compiled(rule), { resource: account }));

  const modification = description && modificationOf(description);

  expect(modification).toBeUndefined();
});
