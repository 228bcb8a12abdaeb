import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { type ScimPatchOperation, type ScimResource, scimPatch } from 'scim-patch';
import { describe, expect, it } from 'vitest';
import type { Json } from '../resource.ts';
import { groupKind, userKind } from '../schemas/kind.ts';
import { applySteps } from './apply.ts';
import { type PatchOperation, toSteps } from './operation.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CASES = '../shared/integrations/scim/entra-quirks.cases.json';
const barbara: Json = { userName: 'bjensen', active: true };

function apply(operations: readonly PatchOperation[], before: Json = barbara): Json {
  return applySteps(userKind, before, toSteps(userKind, operations));
}

function failing(operations: readonly PatchOperation[], before: Json = barbara): unknown {
  try {
    return apply(operations, before);
  } catch (error) {
    return (error as { details?: { problemCode?: string } }).details?.problemCode ?? error;
  }
}

describe('scim-patch', () => {
  const operation = { op: 'Replace', path: 'active', value: 'False' } as const;

  it('alone keeps the text "False", which is true: a disabled user would stay enabled', () => {
    const resource = { ...barbara } as unknown as ScimResource;

    const patched = scimPatch(resource, [operation as ScimPatchOperation]) as unknown as Json;

    expect(patched.active).toBe('False');
    expect(Boolean(patched.active)).toBe(true);
  });

  it.each(['False', 'false', 'FALSE', false])('behind the normaliser does not: %s', (value) => {
    expect(apply([{ ...operation, value }]).active).toBe(false);
    expect(apply([{ op: 'replace', value: { active: value } }]).active).toBe(false);
    expect(
      apply([{ op: 'Add', value: { 'urn:ietf:params:scim:schemas:core:2.0:User:ACTIVE': value } }]).active,
    ).toBe(false);
  });

  it.each(['Falsch', 0, [], {}, 'no'])('behind the normaliser refuses what is neither: %j', (value) => {
    const result = failing([{ op: 'Replace', path: 'active', value }]);

    expect(result === 'invalidValue' || (result as Json).active === undefined).toBe(true);
  });
});

describe('a patch', () => {
  it.each<[string, PatchOperation[], Json]>([
    ['a part of a name', [{ op: 'Add', path: 'Name.GivenName', value: 'B' }], { name: { givenName: 'B' } }],
    [
      'dotted keys and URNs without a path',
      [
        {
          op: 'replace',
          value: { 'name.givenName': 'B', [`${ENTERPRISE}:employeeNumber`]: '7', nope: 1, id: 'x' },
        },
      ],
      { name: { givenName: 'B' }, [ENTERPRISE]: { employeeNumber: '7' } },
    ],
    [
      'an extension as an object',
      [{ op: 'add', value: { [ENTERPRISE]: { department: 'D', manager: 'm' } } }],
      { [ENTERPRISE]: { department: 'D', manager: { value: 'm' } } },
    ],
    [
      'an e-mail address that is not there',
      [{ op: 'Replace', path: 'emails[type eq "work"].value', value: 'a@b' }],
      { emails: [{ type: 'work', value: 'a@b' }] },
    ],
    [
      'an e-mail address that two comparisons describe',
      [{ op: 'Add', path: 'emails[type eq "work" and primary eq "True"].value', value: 'a@b' }],
      { emails: [{ type: 'work', primary: true, value: 'a@b' }] },
    ],
    [
      'a manager as a text',
      [{ op: 'Add', path: `${ENTERPRISE}:manager`, value: 'id1' }],
      { [ENTERPRISE]: { manager: { value: 'id1' } } },
    ],
    [
      'a manager behind a dot',
      [{ op: 'replace', path: `${ENTERPRISE}.manager`, value: 'id1' }],
      { [ENTERPRISE]: { manager: { value: 'id1' } } },
    ],
    [
      'a list with one element as an object',
      [{ op: 'add', path: 'phoneNumbers', value: { value: '1' } }],
      { phoneNumbers: [{ value: '1' }] },
    ],
    ['null', [{ op: 'replace', path: 'title', value: null }], {}],
    ['a list of nothing', [{ op: 'replace', path: 'emails', value: [] }], {}],
  ])('understands %s', (_, operations, expected) => {
    expect(apply(operations)).toEqual({ ...barbara, ...expected });
  });

  const withEmails: Json = {
    ...barbara,
    emails: [
      { type: 'work', value: 'w@b', primary: true },
      { type: 'home', value: 'h@b' },
    ],
    [ENTERPRISE]: { manager: { value: 'm' }, department: 'D' },
  };

  it.each<[string, PatchOperation[], Json]>([
    [
      'one element',
      [{ op: 'remove', path: 'emails[type eq "WORK"]' }],
      { emails: [{ type: 'home', value: 'h@b' }] },
    ],
    [
      'one element by its value',
      [{ op: 'Remove', path: 'emails', value: [{ value: 'h@b' }] }],
      { emails: [{ type: 'work', value: 'w@b', primary: true }] },
    ],
    ['nothing, where none matches', [{ op: 'remove', path: 'emails[type eq "other"]' }], {}],
    [
      'a part of an element',
      [{ op: 'replace', path: 'emails[type eq "work"].primary', value: '' }],
      {
        emails: [
          { type: 'work', value: 'w@b' },
          { type: 'home', value: 'h@b' },
        ],
      },
    ],
    ['all elements', [{ op: 'remove', path: 'emails' }], { emails: undefined }],
    [
      'a manager',
      [{ op: 'Replace', path: `${ENTERPRISE}:manager`, value: '' }],
      { [ENTERPRISE]: { department: 'D' } },
    ],
    ['a whole extension', [{ op: 'remove', path: ENTERPRISE }], { [ENTERPRISE]: undefined }],
  ])('removes %s', (_, operations, expected) => {
    expect(JSON.parse(JSON.stringify(apply(operations, withEmails)))).toEqual(
      JSON.parse(JSON.stringify({ ...withEmails, ...expected })),
    );
  });

  it('adds to a list once, and makes the new primary element the only one', () => {
    const operation = { op: 'add', path: 'emails', value: [{ type: 'other', value: 'o@b', primary: true }] };

    const once = apply([operation], withEmails);
    const twice = apply([operation], once);

    expect(once.emails).toEqual([
      { type: 'work', value: 'w@b', primary: false },
      { type: 'home', value: 'h@b' },
      { type: 'other', value: 'o@b', primary: true },
    ]);
    expect(twice).toEqual(once);
  });

  it.each<[string, PatchOperation]>([
    ['invalidPath', { op: 'add', path: 'nope', value: 'x' }],
    ['invalidPath', { op: 'add', path: 'name.nope', value: 'x' }],
    ['invalidPath', { op: 'add', path: 'emails[type eq "a"', value: 'x' }],
    ['invalidPath', { op: 'add', path: 'emails[type eq "a"]x', value: 'x' }],
    ['invalidPath', { op: 'add', path: 'title[value eq "a"]', value: 'x' }],
    ['invalidFilter', { op: 'add', path: 'emails[nope eq "a"].value', value: 'x' }],
    ['mutability', { op: 'replace', path: 'id', value: 'x' }],
    ['mutability', { op: 'replace', path: 'meta.version', value: 'x' }],
    ['mutability', { op: 'add', path: 'groups', value: [{ value: 'admins' }] }],
    ['mutability', { op: 'add', path: `${ENTERPRISE}:manager.displayName`, value: 'x' }],
    ['noTarget', { op: 'remove' }],
    ['noTarget', { op: 'replace', path: 'emails[value co "a"].value', value: 'x' }],
    ['invalidValue', { op: 'replace', value: 'x' }],
    ['invalidValue', { op: 'replace', path: 'title', value: 7 }],
    ['invalidValue', { op: 'replace', path: 'name', value: { givenName: ['x'] } }],
    ['invalidSyntax', { op: 'move', path: 'title', value: 'x' }],
  ])('%s: %j', (problem, operation) => {
    expect(failing([operation])).toBe(problem);
  });

  it.each([
    '__proto__',
    'constructor',
    'prototype.x',
    '__proto__.polluted',
    'name.__proto__',
    'emails[__proto__ eq "a"].x',
    'toString',
  ])('reaches no prototype by the path %s', (path) => {
    expect(['invalidPath', 'invalidFilter']).toContain(
      failing([{ op: 'add', path, value: { polluted: 1 } }]),
    );
    expect(({} as Json).polluted).toBeUndefined();
  });

  it('reaches no prototype by a value either', () => {
    const value = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"name":{"__proto__":{"polluted":1},"givenName":"x"},"__proto__.polluted":1}',
    ) as Json;

    const patched = apply([{ op: 'add', value }]);

    expect(patched).toEqual({ ...barbara, name: { givenName: 'x' } });
    expect(({} as Json).polluted).toBeUndefined();
  });
});

const paths = fc.constantFrom(
  ...[
    'title',
    'active',
    'name',
    'name.givenName',
    'emails',
    'emails[type eq "work"]',
    'emails[type eq "work"].value',
  ],
  ...[
    'emails[value co "a"].type',
    'phoneNumbers.value',
    ENTERPRISE,
    `${ENTERPRISE}:manager`,
    `${ENTERPRISE}:department`,
  ],
  ...['externalId', 'members', 'nope', '', 'addresses[type eq "home"].country'],
);
const values = fc.oneof(
  fc.constantFrom<unknown>('x', '', null, true, 'True', 7, [], {}, { value: 'v' }, [
    { value: 'a', type: 'work' },
  ]),
  fc.constantFrom<unknown>({ givenName: 'g' }, [{ primary: true, value: 'p' }], { department: 'D' }, 'work'),
  fc.jsonValue({ maxDepth: 2 }),
);
const operation = fc.record({ op: fc.constantFrom('add', 'Replace', 'remove'), path: paths, value: values });

describe('any patch', () => {
  it('is carried out or refused as SCIM does, leaves what it was given alone, and its result reads as it is', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 4 }), (operations) => {
        const before: Json = { userName: 'u', active: false, emails: [{ type: 'work', value: 'a' }] };
        const result = failing(operations, before);

        expect(before).toEqual({ userName: 'u', active: false, emails: [{ type: 'work', value: 'a' }] });
        if (typeof result === 'string') return;
        expect(result).not.toBeInstanceOf(Error);
        expect(apply([], result as Json)).toEqual(result);
        expect([true, false, undefined]).toContain((result as Json).active);
      }),
      { numRuns: 2_000 },
    );
  });

  it('that replaces or removes does the same when it comes twice', () => {
    const idempotent = operation.filter(({ op }) => op !== 'add');
    fc.assert(
      fc.property(fc.array(idempotent, { maxLength: 1 }), (operations) => {
        const once = failing(operations);
        if (typeof once === 'string') return;

        expect(failing(operations, once as Json)).toEqual(once);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe.skipIf(!existsSync(CASES))('Entra’s habits (shared cases; left out where these are absent)', () => {
  type Case = { id: string; resource?: string; request?: unknown; expect: unknown };
  const { cases } = existsSync(CASES)
    ? (JSON.parse(readFileSync(CASES, 'utf8')) as { cases: Case[] })
    : { cases: [] };
  const patches = cases.filter(({ request, resource }) => request && resource !== 'Group');

  it.each(patches.map((item) => [item.id, item] as const))('%s', (_, { request, expect: wanted }) => {
    const requests = (Array.isArray(request) ? request : [request]) as { Operations: PatchOperation[] }[];

    const results = requests.map(({ Operations }) => Operations);
    const patched = results.reduce((sofar, operations) => apply(operations, sofar), barbara);

    if (typeof wanted === 'object') expect(patched).toMatchObject(wanted as Json);
    else expect(patched).toEqual(barbara);
  });
});

describe('steps of a group', () => {
  it('know its attributes only', () => {
    expect(toSteps(groupKind, [{ op: 'Add', value: { displayName: 'x', userName: 'y' } }])).toHaveLength(1);
    expect(() => toSteps(groupKind, [{ op: 'add', path: 'userName', value: 'y' }])).toThrow(/no attribute/);
  });
});
