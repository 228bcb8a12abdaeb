import { expect, it } from 'vitest';
import type { AssignmentRecord, DefinitionRecord, Snapshot } from '#features/governance/index.ts';
import { aliasesFromMap } from '#features/policy/index.ts';
import { fingerprintOf } from './fingerprint.ts';

const NAMED = 'Microsoft.Storage/storageAccounts/networkAcls.ipRules[*].value';
const OTHER = 'Microsoft.Storage/storageAccounts/minimumTlsVersion';
const assignment = {
  scope: '/',
  policyDefinitionId: '/d',
  parameters: {},
} as unknown as AssignmentRecord;
const definition = {
  enabled: true,
  document: { properties: { policyRule: { if: { field: `[concat('', current('${NAMED}'))]` } } } },
} as unknown as DefinitionRecord;

function fingerprint(aliases: Readonly<Record<string, string>>): string {
  const snapshot = {
    initiatives: new Map(),
    definitions: new Map([['/d', definition]]),
    aliases: aliasesFromMap(aliases),
  } as unknown as Snapshot;
  return fingerprintOf({ assignment, exemptions: [] }, snapshot);
}

it('of an assignment follows the aliases that its definitions name, and no others', () => {
  const before = fingerprint({ [NAMED]: 'properties.a[*].value', [OTHER]: 'properties.b' });

  const same = fingerprint({ [NAMED]: 'properties.a[*].value', [OTHER]: 'properties.c' });
  const moved = fingerprint({ [NAMED]: 'properties.d[*].value', [OTHER]: 'properties.b' });
  const gone = fingerprint({ [OTHER]: 'properties.b' });

  expect(same).toBe(before);
  expect(new Set([before, moved, gone]).size).toBe(3);
});
