import { hash } from 'node:crypto';
import type { AzureDocument } from '#platform/azureClient.ts';
import { plainParameters } from './assignmentChecks.ts';
import { toScope } from './assignments.ts';
import { isObject } from './checks.ts';
import { versionOf } from './definitions.ts';
import { shortId } from './ids.ts';
import type {
  AssignmentRecord,
  DefinitionRecord,
  ExemptionRecord,
  InitiativeRecord,
  Kind,
  PolicyDocument,
  Records,
} from './model.ts';

/** Of what a record is made: an equal document has an equal hash. */
export function hashOf({ name, properties, identity, location }: AzureDocument): string {
  return hash('sha256', JSON.stringify([name, properties, identity, location]), 'base64url').slice(0, 22);
}

const makers: {
  readonly [K in Kind]: (document: PolicyDocument, common: Common, raw: AzureDocument) => Records[K];
} = { definition: toDefinition, initiative: toInitiative, assignment: toAssignment, exemption: toExemption };

type Common = {
  readonly armId: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
  readonly id: string;
  readonly origin: 'azure';
};

/** A document of Azure Policy as the record that is kept of it. */
export function toRecord<K extends Kind>(kind: K, raw: AzureDocument, now: Date): Records[K] {
  const armId = String(raw.id);
  const properties = isObject(raw.properties) ? raw.properties : {};
  const stamp = isObject(raw.systemData) ? raw.systemData : {};
  const common: Common = {
    id: shortId(kind, armId),
    origin: 'azure',
    armId,
    createdAt: textOf(stamp.createdAt) ?? now.toISOString(),
    createdBy: textOf(stamp.createdBy) ?? 'azure',
    updatedAt: textOf(stamp.lastModifiedAt) ?? now.toISOString(),
    updatedBy: textOf(stamp.lastModifiedBy) ?? 'azure',
  };
  return makers[kind]({ name: String(raw.name), properties }, common, raw);
}

function toDefinition(document: PolicyDocument, { armId, ...common }: Common): DefinitionRecord {
  return {
    ...common,
    definitionId: armId,
    document,
    severity: 'medium',
    frameworks: {},
    enabled: true,
    version: versionOf(document),
  };
}

function toInitiative(document: PolicyDocument, { armId, ...common }: Common): InitiativeRecord {
  return { ...common, initiativeId: armId, document, version: versionOf(document) };
}

function toAssignment(
  { name, properties }: PolicyDocument,
  { armId, ...common }: Common,
  raw: AzureDocument,
): AssignmentRecord {
  const { description, definitionVersion, metadata } = properties;
  return {
    ...common,
    assignmentId: armId,
    scope: toScope(textOf(properties.scope) ?? scopeOf(armId)),
    notScopes: listOf<string>(properties.notScopes).map(toScope),
    policyDefinitionId: textOf(properties.policyDefinitionId) ?? '',
    parameters: isObject(properties.parameters) ? plainParameters(properties.parameters) : {},
    enforcementMode:
      textOf(properties.enforcementMode)?.toLowerCase() === 'donotenforce' ? 'DoNotEnforce' : 'Default',
    overrides: listOf(properties.overrides),
    resourceSelectors: listOf(properties.resourceSelectors),
    nonComplianceMessages: listOf(properties.nonComplianceMessages),
    displayName: textOf(properties.displayName) ?? name,
    ...(typeof description === 'string' && { description }),
    ...(typeof definitionVersion === 'string' && { definitionVersion }),
    ...(isObject(raw.identity) && { identity: raw.identity }),
    ...(isObject(metadata) && { metadata }),
  };
}

function toExemption({ name, properties }: PolicyDocument, { armId, ...common }: Common): ExemptionRecord {
  const { expiresOn, metadata } = properties;
  const selectors = listOf<NonNullable<ExemptionRecord['resourceSelectors']>[number]>(
    properties.resourceSelectors,
  );
  return {
    ...common,
    exemptionId: armId,
    scope: scopeOf(armId),
    policyAssignmentId: textOf(properties.policyAssignmentId) ?? '',
    policyDefinitionReferenceIds: listOf<string>(properties.policyDefinitionReferenceIds),
    exemptionCategory:
      textOf(properties.exemptionCategory)?.toLowerCase() === 'mitigated' ? 'Mitigated' : 'Waiver',
    ...(typeof expiresOn === 'string' && { expiresOn }),
    ...(selectors.length > 0 && { resourceSelectors: selectors }),
    displayName: textOf(properties.displayName) ?? name,
    description: textOf(properties.description) ?? '',
    ...(isObject(metadata) && { metadata }),
  };
}

/** The scope that an object of Azure Policy belongs to, lower-cased; empty for what is built in. */
export function scopeOf(armId: string): string {
  const lower = armId.toLowerCase();
  return lower.slice(0, Math.max(0, lower.lastIndexOf('/providers/microsoft.authorization/')));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function listOf<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}
