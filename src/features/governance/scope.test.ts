import { describe, expect, it } from 'vitest';
import { isWithin, parseScope, rootScope } from './scope.ts';

const SUBSCRIPTION = '/subscriptions/22222222-2222-4222-8222-222222222222';
const hierarchy = {
  root: rootScope('Tenant'),
  ancestors: new Map([['22222222-2222-4222-8222-222222222222', ['prod', 'corp', 'tenant']]]),
};
const group = (name: string) => `/providers/microsoft.management/managementgroups/${name}`;

describe('a scope', () => {
  it.each([
    ['/providers/Microsoft.Management/managementGroups/Corp', 'managementGroup'],
    [SUBSCRIPTION.toUpperCase(), 'subscription'],
    [`${SUBSCRIPTION}/resourceGroups/RG/`, 'resourceGroup'],
    [`${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st`, 'resource'],
  ])('%s is read as %s', (text, kind) => {
    const scope = parseScope(text);

    expect(scope?.kind).toBe(kind);
    expect(scope?.id).toBe(text.toLowerCase().replace(/\/$/, ''));
  });

  it.each(['', '/', 'x', '/subscriptions/nope', '/providers/Microsoft.Management/managementGroups'])(
    '%j is none',
    (text) => {
      expect(parseScope(text)).toBeUndefined();
    },
  );

  it.each([
    ['its own', `${SUBSCRIPTION}/resourcegroups/rg`, `${SUBSCRIPTION}/resourcegroups/rg`, true],
    [
      'what is in it',
      `${SUBSCRIPTION}/resourcegroups/rg/providers/x/y/z`,
      `${SUBSCRIPTION}/resourcegroups/rg`,
      true,
    ],
    [
      'no other of a like name',
      `${SUBSCRIPTION}/resourcegroups/rg2`,
      `${SUBSCRIPTION}/resourcegroups/rg`,
      false,
    ],
    ['not what is above', SUBSCRIPTION, `${SUBSCRIPTION}/resourcegroups/rg`, false],
    ['subscriptions of a group', `${SUBSCRIPTION}/resourcegroups/rg`, group('corp'), true],
    ['no subscription of another group', SUBSCRIPTION, group('sandbox'), false],
    ['groups below a group', group('prod'), group('corp'), true],
    ['not groups above a group', group('corp'), group('prod'), false],
    ['in the root, anything', '/somewhere/else', group('tenant'), true],
  ])('holds %s', (_, id, scope, expected) => {
    expect(isWithin(id, scope, hierarchy)).toBe(expected);
  });
});
