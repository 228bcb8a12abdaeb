import { describe, expect, test } from 'vitest';
import { aliasesFromMap } from '../aliases/fromMap.ts';
import { aliasesFromProviders } from '../aliases/fromProviders.ts';
import { compileDefinition } from '../definition/compile.ts';
import { auditIf, holds, outcomeOf } from '../testKit.ts';

const id = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/srv/databases/db';

describe('fields of every resource', () => {
  test.each([
    ['fullName', 'srv/db', { id, name: 'db' }],
    ['fullName', 'a/b', { name: 'a/b' }],
    ['fullName', 'vm', { name: 'vm' }],
    ['name', 'b', { name: 'a/b' }],
    ['location', 'East US 2', { location: 'eastus2' }],
    ['location', 'eastus2', { location: 'East US 2' }],
    ['identity.type', 'SystemAssigned', { identity: { type: 'systemassigned' } }],
    ['KIND', 'app', { Kind: 'app' }],
    ["tags['Acct.Cost']", 'x', { tags: { 'acct.cost': 'x' } }],
    ["tags['''quoted''']", 'x', { tags: { "'quoted'": 'x' } }],
    ['tags[a.b]', 'x', { tags: { 'a.b': 'x' } }],
    ['tags.cost-center', 'x', { tags: { 'cost-center': 'x' } }],
    ['tags.a.b', 'x', { tags: { 'a.b': 'x' } }],
    ["[concat('tags[', 'a b', ']')]", 'x', { tags: { 'a b': 'x' } }],
    ['tags.__proto__', 'x', JSON.parse('{"tags":{"__proto__":"x"}}')],
  ])('%s equals %s', (field, value, resource) => {
    const held = holds({ field, equals: value }, resource);

    expect(held).toBe(true);
  });

  test.each(['constructor', 'toString', '__proto__'])(
    'tags.%s is absent where the resource does not have it',
    (name) => {
      const held = holds({ field: `tags.${name}`, exists: false }, { tags: { env: 'x' } });

      expect(held).toBe(true);
    },
  );

  test('a location in a list is written in any form', () => {
    const held = holds({ field: 'location', in: ['West Europe', 'East US'] }, { location: 'eastus' });

    expect(held).toBe(true);
  });
});

describe('aliases', () => {
  const aliases = aliasesFromMap({
    'Microsoft.Test/things/size': 'properties.Size',
    'Microsoft.Test/image': {
      'Microsoft.Test/things': 'properties.image',
      'Microsoft.Test/sets': 'properties.profile.image',
    },
    'Microsoft.Test/things/rules[*].access': 'properties.rules[*].properties.access',
  });

  test('are found in any casing, and their paths too', () => {
    const resource = { type: 'microsoft.test/THINGS', properties: { size: 3 } };

    const held = holds({ field: 'MICROSOFT.TEST/things/SIZE', equals: 3 }, resource, { aliases });

    expect(held).toBe(true);
  });

  test('have the path of the type at hand', () => {
    const condition = { field: 'Microsoft.Test/image', equals: 'a' };

    const held = [
      holds(condition, { type: 'Microsoft.Test/things', properties: { image: 'a' } }, { aliases }),
      holds(condition, { type: 'Microsoft.Test/sets', properties: { image: 'a' } }, { aliases }),
      holds(condition, { type: 'Microsoft.Test/sets', properties: { profile: { image: 'a' } } }, { aliases }),
    ];

    expect(held).toEqual([true, false, true]);
  });

  test('of another type read as absent', () => {
    const held = holds(
      { field: 'Microsoft.Test/things/size', exists: true },
      { type: 'Other/type', properties: { size: 1 } },
      { aliases },
    );

    expect(held).toBe(false);
  });

  test('that do not exist are refused with the nearest word', () => {
    const result = compileDefinition(auditIf({ field: 'Microsoft.Test/things/sise', exists: true }), {
      aliases,
    });

    expect(result).toMatchObject({
      ok: false,
      problems: [
        { kind: 'unknownAlias', path: '$.policyRule.if.field', nearest: 'Microsoft.Test/things/size' },
      ],
    });
  });

  test('that do not exist can make a policy not applicable instead', () => {
    const options = { aliases, barePaths: false, unknownAliases: 'notApplicable' } as const;

    const outcome = outcomeOf(
      { field: 'Microsoft.Test/things/gone', exists: false },
      { type: 'Microsoft.Test/things' },
      options,
    );

    expect(outcome).toMatchObject({ state: 'notApplicable', reason: expect.stringContaining('gone') });
  });

  test('without a table are data that is missing', () => {
    const outcome = outcomeOf({ field: 'Microsoft.Test/things/size', equals: 1 }, {}, { barePaths: false });

    expect(outcome).toMatchObject({ state: 'needsData', missing: ['aliases.Microsoft.Test/things/size'] });
  });

  test('come from ARM with versions, capabilities and az spelling of the default path', () => {
    const table = aliasesFromProviders({
      value: [
        {
          namespace: 'N.S',
          resourceTypes: [
            {
              resourceType: 't',
              capabilities: 'None',
              aliases: [
                {
                  name: 'N.S/t/a',
                  defaultPath: { path: 'properties.a' },
                  paths: [{ path: 'b', apiVersions: ['2020-01-01-Preview'] }],
                },
              ],
            },
          ],
        },
      ],
    });

    expect(table.types.get('n.s/t')).toEqual({ indexed: false });
    expect(table.aliases.get('n.s/t/a')?.targets.get('n.s/t')).toEqual({
      defaultPath: 'properties.a',
      paths: [{ path: 'b', apiVersions: ['2020-01-01-preview'] }],
      modifiable: false,
    });
  });

  test.each([42, null, 'x', { a: 1 }])('are not read from %o', (document) => {
    expect(() => aliasesFromProviders(document)).toThrow(TypeError);
  });
});
