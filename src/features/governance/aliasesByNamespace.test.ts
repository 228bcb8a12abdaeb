import { expect, it } from 'vitest';
import { aliasesFromMap } from '#features/policy/index.ts';
import { AliasesByNamespace, toNamespaces } from './aliasesByNamespace.ts';

const { aliases } = aliasesFromMap({
  'Microsoft.Storage/storageAccounts/sku.name': 'sku.name',
  'Microsoft.Compute/imagePublisher': {
    'Microsoft.Compute/virtualMachines': 'a',
    'Microsoft.Compute/disks': 'b',
  },
  'Microsoft.Storage/storageAccounts/minimumTlsVersion': 'properties.minimumTlsVersion',
});

it('is the map that it was made of', () => {
  const made = new AliasesByNamespace(toNamespaces(aliases), aliases.size);

  const asked = [...aliases.keys()].map((key) => made.get(key));
  const seen: string[] = [];
  made.forEach((_, key) => {
    seen.push(key);
  });

  expect(asked).toEqual([...aliases.values()]);
  expect(new Map([...made].sort())).toEqual(new Map([...aliases].sort()));
  expect([...made.keys()].sort()).toEqual(seen.sort());
  expect([...made.values()].length).toBe(made.size);
  expect([
    made.has('microsoft.compute/imagepublisher'),
    made.has('microsoft.compute/none'),
    made.has('none'),
  ]).toEqual([true, false, false]);
  expect(made.get('microsoft.none/x')).toBeUndefined();
});
