import * as z from 'zod';

/** A parameter that may come several times, or with commas. */
export const several = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]).flatMap((text) => text.split(',')));

const time = z.iso.datetime({ offset: true }).optional();

/** What every list takes. */
export const listParameters = {
  subscriptionId: several.pipe(z.array(z.guid())).optional().meta({ description: 'Subscription id.' }),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z.string().max(20_000).optional().meta({ description: '`nextCursor` of the answer before.' }),
};

export const resourceId = z.string().max(4096).optional().meta({ description: 'ARM id of the resource.' });

export const words = several.pipe(z.array(z.string().min(1).max(200))).optional();

export const period = {
  from: time.meta({ description: 'Not before this moment (RFC 3339).' }),
  to: time.meta({ description: 'Not after this moment (RFC 3339).' }),
};

export const nextCursor = z.string().nullable().meta({
  description:
    'Null: that was all. A page may be short where a filter matches little; go on with the cursor.',
});

/** A moment of a query as rows have it. */
export function toUtc(moment: string | undefined): string | undefined {
  return moment === undefined ? undefined : new Date(moment).toISOString();
}

/** Whether a value is among those that were asked for, without regard to case. */
export function isOneOf(value: string, wanted: readonly string[] | undefined): boolean {
  return !wanted || wanted.some((one) => one.toLowerCase() === value.toLowerCase());
}
