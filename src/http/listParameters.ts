import * as z from 'zod';

/** A parameter that may come several times. */
export const repeated = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]));

/** A parameter that may come several times, or with commas. */
export const several = repeated.transform((values) => values.flatMap((text) => text.split(',')));

export const subscriptionId = several
  .pipe(z.array(z.guid()))
  .optional()
  .meta({ description: 'Subscription id.' });

export const limit = z.coerce.number().int().min(1).max(1000).default(50);

export const cursor = z
  .string()
  .max(20_000)
  .optional()
  .meta({ description: '`nextCursor` of the answer before.' });

export const resourceId = z.string().max(4096).optional().meta({ description: 'ARM id of the resource.' });

/** What every list of a source takes. */
export const listParameters = { subscriptionId, limit, cursor };

/** Of lists that look at so many rows a request. */
export const nextCursor = z.string().nullable().meta({
  description:
    'Null: that was all. A page may be short where a filter matches little; go on with the cursor.',
});
