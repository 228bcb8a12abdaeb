import * as z from 'zod';
import { ROLES } from '#http/role.ts';

const DESCRIPTIONS = {
  access: '`read`: no call that changes anything.',
  subscriptions: 'Only what belongs to these is seen and changed; null: all.',
  features: 'Only routes of these features (the word after `/api/v1/`); null: all.',
};

export const ScopesInput = z
  .strictObject({
    access: z.enum(['read', 'write']).default('write').meta({ description: DESCRIPTIONS.access }),
    subscriptions: z
      .array(z.guid().toLowerCase())
      .min(1)
      .max(100)
      .nullable()
      .default(null)
      .meta({ description: DESCRIPTIONS.subscriptions }),
    features: z
      .array(z.string().min(1).max(64))
      .min(1)
      .max(50)
      .nullable()
      .default(null)
      .meta({ description: DESCRIPTIONS.features }),
  })
  .meta({ id: 'ScopesInput' });

/** What `POST /keys` takes. */
export const KeyInput = z
  .strictObject({
    name: z.string().min(1).max(100).meta({ description: 'Stands in the history and the audit log.' }),
    role: z.enum(ROLES),
    scopes: ScopesInput.optional(),
    expires_at: z.iso
      .datetime({ offset: true })
      .nullable()
      .optional()
      .meta({ description: 'When it stops working; left out: never.' }),
  })
  .meta({ id: 'KeyInput' });
export type KeyInput = z.infer<typeof KeyInput>;

/** A key as it is listed. */
export const Key = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    state: z.enum(['active', 'expired', 'revoked']),
    hint: z.string().meta({ description: 'Its last characters, by which its holder knows it.' }),
    scopes: z.object({
      access: z.enum(['read', 'write']).meta({ description: DESCRIPTIONS.access }),
      subscriptions: z.array(z.string()).nullable().meta({ description: DESCRIPTIONS.subscriptions }),
      features: z.array(z.string()).nullable().meta({ description: DESCRIPTIONS.features }),
    }),
    created_at: z.iso.datetime(),
    created_by: z.string(),
    expires_at: z.iso.datetime().nullable(),
    last_used_at: z.iso.datetime().nullable().meta({ description: 'Exact to a minute.' }),
    rotated_at: z.iso.datetime().nullable(),
    previous_valid_until: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'Until then the secret before the last rotation works too.' }),
    revoked_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiKey' });
export type Key = z.infer<typeof Key>;

export const CreatedKey = Key.extend({
  key: z.string().meta({ description: 'The key itself, this once.' }),
}).meta({ id: 'CreatedApiKey' });
export type CreatedKey = z.infer<typeof CreatedKey>;

export const KeysQuery = z.strictObject({
  state: z.enum(['active', 'expired', 'revoked']).optional(),
});
export type KeysQuery = z.infer<typeof KeysQuery>;

export const KeyList = z.object({ data: z.array(Key), total: z.number().int() });

export const RotateQuery = z.strictObject({
  overlapHours: z.coerce
    .number()
    .min(0)
    .max(720)
    .default(24)
    .meta({ description: 'How long the secret of before works too; 0 ends it at once.' }),
});
export type RotateQuery = z.infer<typeof RotateQuery>;

export const RevokedKey = z.object({ id: z.string(), deleted: z.literal(true) });
