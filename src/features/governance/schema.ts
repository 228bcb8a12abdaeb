import * as z from 'zod';
import type { JsonObject } from '#features/policy/index.ts';
import { repeated } from '#http/listParameters.ts';

const NAME = /^[A-Za-z0-9][\w().-]{0,127}$/;
export const Name = z
  .string()
  .regex(NAME, 'must begin with a letter or digit and hold at most 128 letters, digits, ( ) . _ -');
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;

/** Fields of an answer that a client may send back; they say nothing new. */
const READ_ONLY = new Set([
  ...['id', 'arm_id', 'type', 'origin', 'category', 'systemData'],
  ...['created_at', 'created_by', 'updated_at', 'updated_by'],
]);

type Issues = { readonly issues: unknown[] };

/**
 * Takes ARM's form (`{name, properties}`), its flat form (the properties beside the name) and what our own answers
 * look like; leads to `{name, …, properties}`. A field that is given in two places must say the same in both.
 */
function gather(properties: Readonly<Record<string, string>>) {
  return (input: unknown, context: Issues): unknown => {
    if (!isObject(input)) return input;
    const entries = Object.entries(input).filter(([name]) => !READ_ONLY.has(name) && name !== 'properties');
    const beside = entries.filter(([name]) => Object.hasOwn(properties, name));
    const own = Object.fromEntries(entries.filter(([name]) => !Object.hasOwn(properties, name)));
    const inside = input.properties;
    if (inside === undefined) {
      const found = beside.filter(([, value]) => value !== null);
      const gathered = Object.fromEntries(found.map(([name, value]) => [properties[name], value]));
      return found.length === 0 ? own : { ...own, properties: gathered };
    }
    for (const [name, value] of isObject(inside) ? beside : []) {
      const other = (inside as Record<string, unknown>)[properties[name] ?? ''];
      // an answer's version is worked out, not copied
      if (value === null || name === 'version' || JSON.stringify(other) === JSON.stringify(value)) continue;
      context.issues.push({
        code: 'custom',
        message: `differs from properties.${properties[name]}`,
        path: [name],
        input,
      });
    }
    return { ...own, properties: inside };
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const PolicyProperties = z.record(z.string(), z.unknown()).transform((value) => value as JsonObject);

const Remediation = z.strictObject({
  text: z.string().min(1).max(8000),
  az: z.string().max(8000).optional(),
  bicep: z.string().max(8000).optional(),
  terraform: z.string().max(8000).optional(),
});
const Frameworks = z
  .record(z.string().min(1).max(64), z.array(z.string().min(1).max(64)).max(200))
  .meta({ description: 'Control ids by framework, as `{"cisAzure": ["3.1"]}`.' });

const definitionFields = {
  name: Name.optional().meta({ description: 'Left out: made from the display name.' }),
  properties: PolicyProperties.meta({
    description: 'Azure Policy’s own: `displayName`, `mode`, `parameters`, `policyRule`, `metadata` …',
  }),
  severity: z.enum(SEVERITIES).optional(),
  frameworks: Frameworks.optional(),
  remediation: Remediation.nullable().optional(),
  enabled: z.boolean().optional().meta({ description: 'A disabled definition is not evaluated.' }),
};
const gatherDefinition = gather({
  displayName: 'displayName',
  display_name: 'displayName',
  description: 'description',
  mode: 'mode',
  parameters: 'parameters',
  policyRule: 'policyRule',
  policyType: 'policyType',
  metadata: 'metadata',
  version: 'version',
  versions: 'versions',
});

export const DefinitionInput = z
  .preprocess(gatherDefinition, z.strictObject(definitionFields))
  .meta({ id: 'PolicyInput' });
export type DefinitionInput = z.infer<typeof DefinitionInput>;
export const DefinitionUpdate = z
  .preprocess(gatherDefinition, z.strictObject(definitionFields).partial())
  .meta({ id: 'PolicyUpdate' });
export type DefinitionUpdate = z.infer<typeof DefinitionUpdate>;

const initiativeFields = {
  name: Name.optional().meta({ description: 'Left out: made from the display name.' }),
  properties: PolicyProperties.meta({
    description: '`displayName`, `parameters`, `policyDefinitions`, `policyDefinitionGroups`, `metadata` …',
  }),
};
const gatherInitiative = gather({
  displayName: 'displayName',
  display_name: 'displayName',
  description: 'description',
  parameters: 'parameters',
  policyDefinitions: 'policyDefinitions',
  policyDefinitionGroups: 'policyDefinitionGroups',
  policyType: 'policyType',
  metadata: 'metadata',
  version: 'version',
  versions: 'versions',
});
export const InitiativeInput = z
  .preprocess(gatherInitiative, z.strictObject(initiativeFields))
  .meta({ id: 'InitiativeInput' });
export type InitiativeInput = z.infer<typeof InitiativeInput>;
export const InitiativeUpdate = z
  .preprocess(gatherInitiative, z.strictObject(initiativeFields).partial())
  .meta({ id: 'InitiativeUpdate' });
export type InitiativeUpdate = z.infer<typeof InitiativeUpdate>;

const paging = {
  sort: z
    .string()
    .regex(
      /^-?(display_name|name|category|severity)$/,
      'must be display_name, name, category or severity, with - in front for descending',
    )
    .default('display_name'),
  page: z.coerce.number().int().min(1).default(1),
  limit: z.coerce.number().int().min(1).max(1000).default(20),
  cursor: z
    .string()
    .max(20_000)
    .optional()
    .meta({ description: '`nextCursor` of the answer before; wins over `page`.' }),
};
const oneOf = <T extends string>(values: readonly [T, ...T[]]) =>
  repeated
    .transform((given) =>
      given.map((text) => values.find((value) => value.toLowerCase() === text.toLowerCase()) ?? text),
    )
    .pipe(z.array(z.enum(values)));

export const InitiativeListQuery = z.strictObject({
  type: oneOf(['BuiltIn', 'Custom', 'Static'])
    .optional()
    .meta({ description: '`BuiltIn`, `Custom` or `Static`.' }),
  origin: oneOf(['custom', 'starter', 'azure']).optional().meta({
    description: '`custom`: created here; `starter`: of the starter pack; `azure`: read from Azure.',
  }),
  category: repeated.optional(),
  text: z
    .string()
    .max(256)
    .optional()
    .meta({ description: 'Part of name, display name, description or category.' }),
  ...paging,
});
export type InitiativeListQuery = z.infer<typeof InitiativeListQuery>;

/** Filters, order and page of `GET /policies`; a filter given several times means any of its values. */
export const DefinitionListQuery = InitiativeListQuery.extend({
  enabled: z.stringbool().optional(),
  severity: oneOf(SEVERITIES).optional(),
  framework: repeated.optional().meta({ description: '`cisAzure`, or with a control: `cisAzure=3.1`.' }),
});
export type DefinitionListQuery = z.infer<typeof DefinitionListQuery>;
