import * as z from 'zod';
import type { JsonObject } from '#features/policy/index.ts';
import { repeated } from '#http/listParameters.ts';
import { Name } from './schema.ts';

const READ_ONLY = new Set([
  ...['id', 'arm_id', 'type', 'origin', 'systemData', 'state', 'location'],
  ...['created_at', 'created_by', 'updated_at', 'updated_by'],
]);

/** ARM's form (`{name, properties}`), our own, and `camelCase` or `snake_case` names: all lead to the same. */
function flatten(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const { properties, ...outer } = input as Record<string, unknown>;
  const inner = typeof properties === 'object' && properties !== null ? properties : {};
  const isOdd = properties !== undefined && inner !== properties;
  const entries = Object.entries({ ...outer, ...(isOdd ? { properties } : inner) });
  const wanted = entries.filter(([name, value]) => !READ_ONLY.has(name) && value !== null);
  return Object.fromEntries(wanted.map(([name, value]) => [toCamelCase(name), value]));
}

function toCamelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const Id = z.string().min(1).max(2048);
const Scope = Id.meta({
  description: 'ARM id of a management group, subscription, resource group or resource.',
});
const Values = z.array(z.string().min(1).max(512)).min(1);
const Selector = z.strictObject({
  kind: z.string().max(64),
  in: Values.optional(),
  notIn: Values.optional(),
});
const ResourceSelectors = z.array(
  z.strictObject({ name: z.string().max(128).optional(), selectors: z.array(Selector).min(1).max(10) }),
);
const Anything = z.record(z.string(), z.unknown()).transform((value) => value as JsonObject);

const fields = {
  name: Name.optional().meta({ description: 'Left out: made from the display name.' }),
  scope: Scope,
  policyDefinitionId: Id.meta({ description: 'A definition or initiative, by short id or ARM id.' }),
  displayName: z.string().trim().min(1).max(128).optional(),
  description: z.string().max(512).optional(),
  notScopes: z.array(Id).optional().meta({ description: 'What is left out; each below the scope.' }),
  parameters: Anything.optional().meta({
    description: '`{"effect": "Deny"}` or ARM’s `{"effect": {"value": "Deny"}}`.',
  }),
  enforcementMode: z.enum(['Default', 'DoNotEnforce']).optional(),
  overrides: z
    .array(
      z.strictObject({
        kind: z.string().max(64),
        value: z.string().max(64),
        selectors: z.array(Selector).max(10).optional(),
      }),
    )
    .optional(),
  resourceSelectors: ResourceSelectors.optional(),
  nonComplianceMessages: z
    .array(
      z.strictObject({
        message: z.string().min(1).max(1024),
        policyDefinitionReferenceId: z.string().max(128).optional(),
      }),
    )
    .max(1000)
    .optional(),
  definitionVersion: z
    .string()
    .regex(/^\d+\.(\d+|\*)\.\*(-preview)?$/, 'must be like 1.*.* or 1.2.*')
    .optional(),
  identity: Anything.optional(),
  metadata: Anything.optional(),
};

export const AssignmentInput = z.preprocess(flatten, z.strictObject(fields)).meta({ id: 'AssignmentInput' });
export type AssignmentInput = z.infer<typeof AssignmentInput>;
export const AssignmentUpdate = z
  .preprocess(flatten, z.strictObject(fields).partial())
  .meta({ id: 'AssignmentUpdate' });
export type AssignmentUpdate = z.infer<typeof AssignmentUpdate>;

const exemptionFields = {
  name: Name.optional().meta({ description: 'Left out: made from the display name.' }),
  scope: Scope.meta({ description: 'At or below the scope of the assignment.' }),
  policyAssignmentId: Id.meta({ description: 'The assignment, by short id or ARM id.' }),
  policyDefinitionReferenceIds: z.array(z.string().min(1).max(128)).max(1000).optional().meta({
    description: 'Members of the initiative that it is about; left out: all.',
  }),
  exemptionCategory: z.enum(['Waiver', 'Mitigated']).meta({
    description: '`Waiver`: the risk is accepted; `Mitigated`: it is met by other means.',
  }),
  expiresOn: z.iso.datetime({ offset: true }).optional(),
  displayName: z.string().trim().min(1).max(128).optional(),
  description: z.string().max(512).optional(),
  resourceSelectors: ResourceSelectors.optional(),
  metadata: Anything.optional(),
};
export const ExemptionInput = z
  .preprocess(flatten, z.strictObject(exemptionFields))
  .meta({ id: 'ExemptionInput' });
export type ExemptionInput = z.infer<typeof ExemptionInput>;
export const ExemptionUpdate = z
  .preprocess(flatten, z.strictObject(exemptionFields).partial())
  .meta({ id: 'ExemptionUpdate' });
export type ExemptionUpdate = z.infer<typeof ExemptionUpdate>;

const paging = {
  page: z.coerce.number().int().min(1).default(1),
  limit: z.coerce.number().int().min(1).max(1000).default(20),
  cursor: z
    .string()
    .max(20_000)
    .optional()
    .meta({ description: '`nextCursor` of the answer before; wins over `page`.' }),
};
const common = {
  origin: repeated.pipe(z.array(z.enum(['custom', 'starter', 'azure']))).optional(),
  scope: Id.optional().meta({ description: 'Only what lies at or below this scope.' }),
  text: z.string().max(256).optional().meta({ description: 'Part of id, display name or description.' }),
  ...paging,
};
export const AssignmentListQuery = z.strictObject({
  policyDefinitionId: Id.optional().meta({ description: 'Of this definition or initiative.' }),
  enforcementMode: z.enum(['Default', 'DoNotEnforce']).optional(),
  ...common,
});
export type AssignmentListQuery = z.infer<typeof AssignmentListQuery>;
export const ExemptionListQuery = z.strictObject({
  policyAssignmentId: Id.optional().meta({ description: 'From this assignment.' }),
  exemptionCategory: z.enum(['Waiver', 'Mitigated']).optional(),
  state: z.enum(['active', 'expired']).optional(),
  ...common,
});
export type ExemptionListQuery = z.infer<typeof ExemptionListQuery>;
