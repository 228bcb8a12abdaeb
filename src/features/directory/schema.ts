import * as z from 'zod';

export const MAX_COUNT = 200;
const DEFAULT_COUNT = 100;
export const MAX_OPERATIONS = 1_000;

const Names = z.union([z.string(), z.array(z.string())]).meta({ description: 'Names, with commas between.' });
const projection = { attributes: Names.optional(), excludedAttributes: Names.optional() };
const search = {
  filter: z.string().optional().meta({ description: 'RFC 7644 section 3.4.2.2.' }),
  sortBy: z.string().min(1).max(200).optional(),
  sortOrder: z.enum(['ascending', 'descending']).optional(),
  startIndex: z.coerce
    .number()
    .int()
    .default(1)
    .transform((index) => Math.max(1, index))
    .meta({ description: 'The first one is 1.' }),
  count: z.coerce
    .number()
    .int()
    .default(DEFAULT_COUNT)
    .transform((count) => Math.min(Math.max(0, count), MAX_COUNT))
    .meta({ description: `At most ${MAX_COUNT}; 0 only counts.` }),
};

/** Parameters in any case, as Entra sends them; what is not SCIM's (such as feature flags) is passed over. */
function lenient<T extends z.ZodType>(names: readonly string[], schema: T) {
  return z.preprocess((given) => {
    const entries = Object.entries((given ?? {}) as Record<string, unknown>).flatMap(([name, value]) => {
      const known = names.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
      return known && value !== null ? [[known, value] as const] : [];
    });
    return Object.fromEntries(entries);
  }, schema);
}

export const ProjectionQuery = lenient(Object.keys(projection), z.object(projection));
export type ProjectionQuery = z.infer<typeof ProjectionQuery>;
const searchFields = { ...search, ...projection };
export const SearchQuery = lenient(Object.keys(searchFields), z.object(searchFields));
export type SearchQuery = z.infer<typeof SearchQuery>;

const SEARCH_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
export const SearchRequest = lenient(
  ['schemas', ...Object.keys(searchFields)],
  z.object({
    schemas: z
      .array(z.string())
      .refine((schemas) => schemas.includes(SEARCH_REQUEST), `must contain ${SEARCH_REQUEST}`),
    ...searchFields,
  }),
);

/** Schemas and resource types are not searched (RFC 7644 section 4). */
export const DiscoveryQuery = lenient(['filter'], z.object({ filter: z.string().optional() }));

const Schemas = z.array(z.string()).min(1).max(20);

export const UserBody = z
  .looseObject({
    schemas: Schemas,
    userName: z.unknown().optional().meta({ description: 'Required; unique in any case.' }),
    externalId: z.unknown().optional().meta({ description: 'Unique; in Entra ID best the object id.' }),
    active: z
      .unknown()
      .optional()
      .meta({ description: 'True where it is left out. Texts, as Entra sends them, are read.' }),
  })
  .meta({ id: 'ScimUserInput', description: 'GET /scim/v2/Schemas says which attributes there are.' });

export const GroupBody = z
  .looseObject({
    schemas: Schemas,
    displayName: z.unknown().optional().meta({ description: 'Required; unique in any case.' }),
    members: z.unknown().optional().meta({ description: 'A list of `{"value": "ID"}`.' }),
  })
  .meta({ id: 'ScimGroupInput' });

const Operation = z.looseObject({
  op: z.string().max(40).meta({ description: '`add`, `replace` or `remove`, in any case.' }),
  path: z.string().max(10_000).optional(),
  value: z.unknown().optional(),
});
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const Operations = z.array(Operation).min(1).max(MAX_OPERATIONS);
export const PatchBody = z
  .looseObject({
    schemas: z.array(z.string()).refine((schemas) => schemas.includes(PATCH_OP), `must contain ${PATCH_OP}`),
    Operations,
  })
  .meta({ id: 'ScimPatchInput' });

const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const BulkOperation = z.looseObject({
  method: z.string().max(10),
  path: z.string().max(1_000),
  bulkId: z.string().min(1).max(200).optional(),
  version: z.string().max(200).optional(),
  data: z.unknown().optional(),
});
export type BulkOperation = z.infer<typeof BulkOperation>;
export const BulkBody = z
  .looseObject({
    schemas: z
      .array(z.string())
      .refine((schemas) => schemas.includes(BULK_REQUEST), `must contain ${BULK_REQUEST}`),
    failOnErrors: z.number().int().min(1).optional(),
    Operations: z.array(BulkOperation).min(1).max(MAX_OPERATIONS),
  })
  .meta({ id: 'ScimBulkInput' });
export type BulkBody = z.infer<typeof BulkBody>;

export const ScimResource = z
  .looseObject({ schemas: z.array(z.string()), id: z.string() })
  .meta({ id: 'ScimResource', description: 'A user or a group (RFC 7643).' });

export const ListResponse = z
  .object({
    schemas: z.array(z.string()),
    totalResults: z.number().int(),
    startIndex: z.number().int(),
    itemsPerPage: z.number().int(),
    Resources: z.array(z.looseObject({})),
  })
  .meta({ id: 'ScimListResponse' });

export const BulkResponse = z
  .object({
    schemas: z.array(z.string()),
    Operations: z.array(
      z.object({
        method: z.string(),
        bulkId: z.string().optional(),
        version: z.string().optional(),
        location: z.string().optional(),
        status: z.string(),
        response: z.looseObject({}).optional(),
      }),
    ),
  })
  .meta({ id: 'ScimBulkResponse' });
export type BulkResponse = z.infer<typeof BulkResponse>;

export const Discovered = z.looseObject({ schemas: z.array(z.string()) }).meta({ id: 'ScimDiscovered' });
