import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalize, canonicalJson, toResourceDocument } from './document.ts';

const ID =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/Prod/providers/Microsoft.Storage/storageAccounts/acct';

describe('toResourceDocument', () => {
  it('makes one document of what Resource Graph and Resource Manager say of the same resource', () => {
    const fromGraph = {
      id: ID,
      name: 'acct',
      type: 'microsoft.storage/storageaccounts',
      location: 'eastus2',
      resourceGroup: 'prod',
      subscriptionId: '00000000-0000-4000-8000-000000000001',
      tenantId: 't',
      kind: 'StorageV2',
      managedBy: '',
      plan: null,
      zones: null,
      identity: null,
      tags: null,
      sku: { tier: 'Standard', name: 'Standard_LRS' },
      properties: { b: 1, a: { d: [1], c: 2 } },
      apiVersion: '2023-01-01',
    };
    const fromManager = {
      id: ID,
      name: 'acct',
      type: 'Microsoft.Storage/storageAccounts',
      location: 'East US 2',
      kind: 'StorageV2',
      tags: {},
      sku: { name: 'Standard_LRS', tier: 'Standard' },
      properties: { a: { c: 2, d: [1] }, b: 1 },
      etag: 'W/"1"',
      systemData: { lastModifiedAt: '2026-01-01T00:00:00Z' },
    };

    const [graph, manager] = [fromGraph, fromManager].map((raw) => toResourceDocument(raw));

    expect(graph && canonicalize(graph).json).toBe(manager && canonicalize(manager).json);
  });

  it.each([
    ['tags', { tags: { env: 'prod' } }],
    ['a property', { properties: { a: 2 } }],
    ['the sku', { sku: { name: 'Standard_GRS' } }],
    ['zones', { zones: ['1'] }],
    ['the order of a list', { properties: { list: [2, 1] } }],
  ])('shows a change of %s', (_, change) => {
    const before = { id: ID, properties: { list: [1, 2] }, sku: { name: 'Standard_LRS' } };

    const hashes = [before, { ...before, ...change }].map((raw) => {
      const document = toResourceDocument(raw);
      return document && canonicalize(document).hash;
    });

    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it('refuses what has no id of a resource', () => {
    expect([{}, { id: 7 }, { id: '/x' }].map(toResourceDocument)).toEqual([undefined, undefined, undefined]);
  });
});

describe('canonicalJson', () => {
  it('is JSON of the same value, and the same text for every order of keys', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const value: unknown = JSON.parse(json);
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(value);
        expect(canonicalJson(reverseKeys(value))).toBe(text);
      }),
    );
  });
});

function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reverseKeys(member)]),
  );
}
