import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Estate } from '../state/estate.ts';
import { generatedBase } from '../state/generatedBase.ts';
import { census } from './census.ts';
import type { Json, Resource } from './model.ts';
import { findType, resourceTypes } from './registry.ts';
import { createTenant } from './tenant.ts';

function resourcesOf(seed: number, size: number): readonly Resource[] {
  const estate = new Estate(generatedBase(seed, size));
  return estate.subscriptions.flatMap(({ id }) =>
    estate.groupKeys(id).flatMap((key) => estate.rows(id, key).map((row) => row.resource)),
  );
}

/** Every resource id that a document mentions and that is not of a platform image or the like. */
function* references(value: Json): Generator<string> {
  if (typeof value === 'string') {
    if (/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\//i.test(value)) yield value;
  } else if (value !== null && typeof value === 'object') {
    for (const item of Object.values(value)) yield* references(item);
  }
}

/** The longest prefix of an id that is of a type the estate lists. */
function ownerOf(id: string, ids: ReadonlySet<string>): string | undefined {
  const segments = id.toLowerCase().split('/');
  while (segments.length > 8) {
    if (ids.has(segments.join('/'))) return segments.join('/');
    segments.splice(-2);
  }
  return ids.has(segments.join('/')) ? segments.join('/') : undefined;
}

describe('generated estate', () => {
  test('has exactly the asked size, with unique ids, for any size and seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 0, max: 10_000 }), (size, seed) => {
        const ids = resourcesOf(seed, size).map((resource) => resource.id.toLowerCase());

        expect(ids).toHaveLength(size);
        expect(new Set(ids).size).toBe(size);
      }),
      { numRuns: 40 },
    );
  });

  test('is the same for the same seed and another for another', () => {
    const first = JSON.stringify(resourcesOf(5, 300));
    const second = JSON.stringify(resourcesOf(5, 300));
    const other = JSON.stringify(resourcesOf(6, 300));

    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });

  test('mentions no resource that is not there', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1200 }), fc.integer({ min: 0, max: 1000 }), (size, seed) => {
        const resources = resourcesOf(seed, size);
        const ids = new Set(resources.map((resource) => resource.id.toLowerCase()));

        const dangling = resources.flatMap((resource) =>
          [
            ...references(resource.properties),
            ...references(resource.managedBy),
            ...references(resource.identity),
          ]
            .concat(Object.keys(resource.identity?.userAssignedIdentities ?? {}))
            .filter((id) => ownerOf(id, ids) === undefined),
        );

        expect(dangling).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  test('keeps to the naming rules of its types', () => {
    const names = resourcesOf(3, 4000);
    const storage = names.filter((resource) => resource.type === 'Microsoft.Storage/storageAccounts');
    const vaults = names.filter((resource) => resource.type === 'Microsoft.KeyVault/vaults');

    const badStorage = storage.filter(({ name }) => !/^[a-z0-9]{3,24}$/.test(name));
    const badVaults = vaults.filter(({ name }) => !/^[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/.test(name));
    const tooLong = names.filter(
      ({ name, type }) => name.length > (findType(type)?.maxNameLength ?? 80) + 44,
    );

    expect(badStorage).toEqual([]);
    expect(badVaults).toEqual([]);
    expect(tooLong).toEqual([]);
    expect(new Set(storage.map(({ name }) => name)).size).toBe(storage.length);
  });

  test('shows at least 50 types and every planted finding at 2,000 resources', async () => {
    const counted = await census(resourcesOf(1, 2000));

    expect(Object.keys(counted.types).length).toBeGreaterThanOrEqual(50);
    expect(counted.resources).toBe(2000);
    expect(Object.entries(counted.findings).filter(([, count]) => count === 0)).toEqual([]);
    expect(counted.findings.storageBlobPublicAccess).toBeLessThan(
      (counted.types['microsoft.storage/storageaccounts'] ?? 0) / 2,
    );
  });
});

describe('tenant', () => {
  test('grows by subscriptions of at most 20,000 resources', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (size) => {
        const { quotas, subscriptions } = createTenant(9, size);

        expect(quotas.reduce((sum, quota) => sum + quota, 0)).toBe(size);
        expect(Math.max(...quotas)).toBeLessThanOrEqual(20_000);
        expect(new Set(subscriptions.map(({ id }) => id)).size).toBe(quotas.length);
      }),
    );
    expect(createTenant(9, 2000).subscriptions).toHaveLength(3);
  });
});

test('the registry names each type once, newest api-version first', () => {
  const types = resourceTypes.map(({ type }) => type.toLowerCase());

  const unsorted = resourceTypes.filter(
    ({ apiVersions }) => (apiVersions[0] ?? '') < (apiVersions.at(-1) ?? ''),
  );

  expect(new Set(types).size).toBe(types.length);
  expect(types.length).toBeGreaterThanOrEqual(35);
  expect(unsorted).toEqual([]);
});
