import { hash } from 'node:crypto';
import * as z from 'zod';
import { ARM_TYPE } from './ids.ts';
import type {
  AssignmentRecord,
  DefinitionRecord,
  ExemptionRecord,
  InitiativeRecord,
  Kind,
  Provenance,
  Records,
} from './model.ts';
import { SEVERITIES } from './schema.ts';
import { categoryOf, policyTypeOf } from './summary.ts';

const stamps = {
  created_at: z.string(),
  created_by: z.string(),
  updated_at: z.string(),
  updated_by: z.string(),
};
const OriginField = z.enum(['custom', 'starter', 'azure']);
const Anything = z.record(z.string(), z.unknown());
const policyFields = {
  id: z.string(),
  arm_id: z.string(),
  name: z.string(),
  type: z.enum(['BuiltIn', 'Custom', 'Static']),
  origin: OriginField,
  display_name: z.string().nullable(),
  description: z.string().nullable(),
  category: z.string().nullable(),
  version: z.string(),
};

export const Policy = z
  .object({
    ...policyFields,
    mode: z.string().nullable(),
    severity: z.enum(SEVERITIES),
    frameworks: z.record(z.string(), z.array(z.string())),
    remediation: Anything.nullable(),
    enabled: z.boolean(),
    properties: Anything,
    ...stamps,
  })
  .meta({ id: 'Policy' });
export type Policy = z.infer<typeof Policy>;

export const Initiative = z
  .object({ ...policyFields, properties: Anything, ...stamps })
  .meta({ id: 'Initiative' });
export type Initiative = z.infer<typeof Initiative>;

export const Assignment = z
  .object({
    id: z.string(),
    arm_id: z.string(),
    name: z.string(),
    origin: OriginField,
    scope: z.string(),
    not_scopes: z.array(z.string()),
    policy_definition_id: z.string(),
    display_name: z.string(),
    description: z.string().nullable(),
    parameters: Anything,
    enforcement_mode: z.enum(['Default', 'DoNotEnforce']),
    overrides: z.array(z.unknown()),
    resource_selectors: z.array(z.unknown()),
    non_compliance_messages: z.array(z.unknown()),
    definition_version: z.string().nullable(),
    identity: Anything.nullable(),
    metadata: Anything.nullable(),
    ...stamps,
  })
  .meta({ id: 'PolicyAssignment' });
export type Assignment = z.infer<typeof Assignment>;

export const Exemption = z
  .object({
    id: z.string(),
    arm_id: z.string(),
    name: z.string(),
    origin: OriginField,
    scope: z.string(),
    policy_assignment_id: z.string(),
    policy_definition_reference_ids: z.array(z.string()),
    exemption_category: z.enum(['Waiver', 'Mitigated']),
    expires_on: z.string().nullable(),
    state: z.enum(['active', 'expired']),
    resource_selectors: z.array(z.unknown()),
    display_name: z.string(),
    description: z.string().nullable(),
    metadata: Anything.nullable(),
    ...stamps,
  })
  .meta({ id: 'PolicyExemption' });
export type Exemption = z.infer<typeof Exemption>;

export type Views = {
  readonly definition: Policy;
  readonly initiative: Initiative;
  readonly assignment: Assignment;
  readonly exemption: Exemption;
};

const makers: { readonly [K in Kind]: (record: Records[K], now: Date) => Views[K] } = {
  definition: (record) => ({
    ...policyView(record, record.definitionId),
    mode: textOf(record.document.properties.mode),
    severity: record.severity,
    frameworks: Object.fromEntries(
      Object.entries(record.frameworks).map(([name, controls]) => [name, [...controls]]),
    ),
    remediation: record.remediation ?? null,
    enabled: record.enabled,
    ...stampsOf(record),
  }),
  initiative: (record) => ({ ...policyView(record, record.initiativeId), ...stampsOf(record) }),
  assignment: toAssignment,
  exemption: toExemption,
};

/** A record as the API shows it. */
export function toView<K extends Kind>(kind: K, record: Records[K], now: Date): Views[K] {
  return makers[kind](record, now);
}

/** ETag (RFC 9110): another one for whatever differs in what is shown. */
export function etagOf(view: Views[Kind]): string {
  const { state: _, ...lasting } = view as Exemption;
  return `"${hash('sha256', JSON.stringify(lasting), 'base64url').slice(0, 22)}"`;
}

function policyView(record: DefinitionRecord | InitiativeRecord, armId: string) {
  const { name, properties } = record.document;
  return {
    id: record.id,
    arm_id: armId,
    name,
    type: policyTypeOf(record),
    origin: record.origin,
    display_name: textOf(properties.displayName),
    description: textOf(properties.description),
    category: categoryOf(record.document) || null,
    version: record.version,
    properties: { ...properties },
  };
}

function toAssignment(record: AssignmentRecord): Assignment {
  return {
    id: record.id,
    arm_id: record.assignmentId,
    name: nameOf(record.assignmentId, 'assignment'),
    origin: record.origin,
    scope: record.scope,
    not_scopes: [...record.notScopes],
    policy_definition_id: record.policyDefinitionId,
    display_name: record.displayName,
    description: record.description ?? null,
    parameters: { ...record.parameters },
    enforcement_mode: record.enforcementMode,
    overrides: [...record.overrides],
    resource_selectors: [...record.resourceSelectors],
    non_compliance_messages: [...record.nonComplianceMessages],
    definition_version: record.definitionVersion ?? null,
    identity: record.identity ?? null,
    metadata: record.metadata ?? null,
    ...stampsOf(record),
  };
}

function toExemption(record: ExemptionRecord, now: Date): Exemption {
  const hasExpired = record.expiresOn !== undefined && Date.parse(record.expiresOn) <= now.getTime();
  return {
    id: record.id,
    arm_id: record.exemptionId,
    name: nameOf(record.exemptionId, 'exemption'),
    origin: record.origin,
    scope: record.scope,
    policy_assignment_id: record.policyAssignmentId,
    policy_definition_reference_ids: [...record.policyDefinitionReferenceIds],
    exemption_category: record.exemptionCategory,
    expires_on: record.expiresOn ?? null,
    state: hasExpired ? 'expired' : 'active',
    resource_selectors: [...(record.resourceSelectors ?? [])],
    display_name: record.displayName,
    description: record.description || null,
    metadata: record.metadata ?? null,
    ...stampsOf(record),
  };
}

function nameOf(armId: string, kind: Kind): string {
  const at = armId.toLowerCase().lastIndexOf(`/${ARM_TYPE[kind].toLowerCase()}/`);
  return armId.slice(at + ARM_TYPE[kind].length + 2);
}

function stampsOf({ createdAt, createdBy, updatedAt, updatedBy }: Provenance) {
  return { created_at: createdAt, created_by: createdBy, updated_at: updatedAt, updated_by: updatedBy };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
