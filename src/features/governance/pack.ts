import { hash } from 'node:crypto';
import type { AliasTable, JsonObject } from '#features/policy/index.ts';
import {
  starterAliases,
  starterDefinitionId,
  starterDefinitions,
  starterInitiative,
} from '#features/starter-pack/index.ts';
import { OWN_PROVIDER, shortId } from './ids.ts';
import type { AssignmentRecord, DefinitionRecord, InitiativeRecord, Provenance } from './model.ts';
import { rootScope } from './scope.ts';

/** What the program brings along and no table holds: an upgrade of the product upgrades it in every tenant. */
export type Pack = {
  /** By lower-case definition id. */
  readonly definitions: ReadonlyMap<string, DefinitionRecord>;
  readonly initiative: InitiativeRecord;
  /** What is assigned without anybody having asked for it. */
  readonly assignments: readonly AssignmentRecord[];
  readonly aliases: () => AliasTable;
  /** Another one for any other content. */
  readonly fingerprint: string;
};

const PROVENANCE: Provenance = {
  createdAt: '2026-01-01T00:00:00.000Z',
  createdBy: 'starter-pack',
  updatedAt: '2026-01-01T00:00:00.000Z',
  updatedBy: 'starter-pack',
};

/** The starter pack as records of a tenant; where `isAssigned`, assigned to all that the tenant has. */
export function starterPack(tenantId: string, isAssigned: boolean): Pack {
  const initiative = initiativeRecord();
  const assignments = isAssigned ? [assignmentRecord(tenantId, initiative)] : [];
  return {
    definitions: definitions(),
    initiative,
    assignments,
    aliases: starterAliases,
    fingerprint: fingerprintOf(isAssigned),
  };
}

let records: ReadonlyMap<string, DefinitionRecord> | undefined;

function definitions(): ReadonlyMap<string, DefinitionRecord> {
  records ??= new Map(
    starterDefinitions.map((definition) => {
      const { name, severity, frameworks, remediation } = definition;
      const definitionId = starterDefinitionId(name);
      const properties = definition.properties as unknown as JsonObject;
      const record: DefinitionRecord = {
        ...PROVENANCE,
        id: shortId('definition', definitionId),
        definitionId,
        origin: 'starter',
        document: { name, properties },
        severity,
        frameworks,
        remediation,
        enabled: true,
        version: definition.properties.metadata.version,
      };
      return [definitionId.toLowerCase(), record];
    }),
  );
  return records;
}

function initiativeRecord(): InitiativeRecord {
  const initiativeId = `${OWN_PROVIDER}/policySetDefinitions/${starterInitiative.name}`;
  return {
    ...PROVENANCE,
    id: shortId('initiative', initiativeId),
    initiativeId,
    origin: 'starter',
    document: {
      name: starterInitiative.name,
      properties: starterInitiative.properties as unknown as JsonObject,
    },
    version: starterInitiative.properties.metadata.version,
  };
}

function assignmentRecord(tenantId: string, initiative: InitiativeRecord): AssignmentRecord {
  const scope = rootScope(tenantId);
  const assignmentId = `${scope}${OWN_PROVIDER}/policyAssignments/${initiative.document.name}`;
  return {
    ...PROVENANCE,
    id: shortId('assignment', assignmentId),
    assignmentId,
    origin: 'starter',
    scope,
    notScopes: [],
    policyDefinitionId: initiative.initiativeId,
    parameters: {},
    enforcementMode: 'Default',
    overrides: [],
    resourceSelectors: [],
    nonComplianceMessages: [],
    displayName: 'PolicyCortex starter pack',
  };
}

function fingerprintOf(isAssigned: boolean): string {
  return hash('sha256', JSON.stringify([starterDefinitions, starterInitiative, isAssigned])).slice(0, 8);
}
