import * as z from 'zod';

const Redacted = z.unknown().optional();

/** An entry of the audit log. */
export const AuditEntry = z
  .object({
    seq: z
      .number()
      .int()
      .meta({ description: 'Its place in the chain of the tenant, from 1, without gaps.' }),
    time: z.iso.datetime(),
    id: z.string(),
    actor: z.object({
      id: z.string(),
      kind: z.enum(['key', 'user', 'workload', 'anonymous']),
      name: z.string(),
    }),
    action: z.string().meta({ description: 'Operation id, as in the OpenAPI document.' }),
    method: z.string(),
    path: z.string(),
    outcome: z.enum(['success', 'failure', 'refused']).meta({
      description: '`refused`: 401 or 403; of the same ones in a minute, one is kept, then their number.',
    }),
    status: z.number().int(),
    reason: z.string().optional(),
    repeated: z
      .number()
      .int()
      .optional()
      .meta({ description: 'How many more such calls were refused within that minute.' }),
    source: z.object({ address: z.string().nullable(), user_agent: z.string().nullable() }),
    correlation_id: z.string(),
    params: Redacted,
    request: Redacted.meta({ description: 'The body as it was parsed, without secrets.' }),
    before: Redacted.meta({ description: 'The state before, where the operation can tell.' }),
    after: Redacted.meta({ description: 'The state after, or the answer.' }),
    previous_hash: z.string(),
    hash: z.string().meta({ description: 'SHA-256 over `previous_hash` and the entry.' }),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AuditQuery = z.strictObject({
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  actor: z.string().max(256).optional().meta({ description: 'Id, or part of the name.' }),
  action: z.string().max(100).optional(),
  outcome: z.enum(['success', 'failure', 'refused']).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,12}$/, 'not a cursor of ours: use nextCursor as it is')
    .optional(),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

export const AuditPage = z.object({
  data: z.array(AuditEntry),
  nextCursor: z.string().nullable().meta({
    description:
      'There may be more, also where this page is not full: a page looks at 20,000 entries at most.',
  }),
});
export type AuditPage = z.infer<typeof AuditPage>;

export const AuditExportQuery = AuditQuery.pick({ since: true, until: true });
export type AuditExportQuery = z.infer<typeof AuditExportQuery>;

/** OCSF 1.3 API Activity (class 6003): the attributes that we fill. */
export const ApiActivity = z
  .object({
    class_uid: z.literal(6003),
    class_name: z.literal('API Activity'),
    category_uid: z.literal(6),
    category_name: z.literal('Application Activity'),
    activity_id: z.number().int(),
    activity_name: z.string(),
    type_uid: z.number().int(),
    type_name: z.string(),
    severity_id: z.number().int(),
    severity: z.string(),
    status_id: z.number().int(),
    status: z.string(),
    status_code: z.string(),
    status_detail: z.string().optional(),
    time: z.number().int(),
    count: z.number().int().optional(),
    metadata: z.looseObject({ version: z.string() }),
    actor: z.looseObject({}),
    api: z.looseObject({}),
    http_request: z.looseObject({}),
    src_endpoint: z.looseObject({}),
    resources: z.array(z.looseObject({})).optional(),
    unmapped: z.looseObject({}),
  })
  .meta({ id: 'OcsfApiActivity' });
export type ApiActivity = z.infer<typeof ApiActivity>;
