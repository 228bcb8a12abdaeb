import * as z from 'zod';
import { SourceGap } from '#features/connectors/index.ts';
import { isDay } from './days.ts';
import { METRICS } from './lines.ts';

const several = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]).flatMap((text) => text.split(',')));
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
const day = z.string().refine(isDay, 'must be a day that there is: YYYY-MM-DD');
const from = day.optional().meta({ description: 'First day, UTC. 30 days before `to` unless told.' });
const to = day.optional().meta({ description: 'Last day, UTC. Today unless told.' });
const granularity = z.enum(['daily', 'monthly']).default('daily');

export const gaps = z.array(SourceGap).meta({
  description: 'What could not be read of this at the last run, and the role that would grant it.',
});
export const nextCursor = z.string().nullable().meta({ description: 'Null: that was all.' });
const currency = z.string().meta({ description: 'ISO 4217. Amounts of several are never added up.' });

export const CostsQuery = z.strictObject({
  groupBy: z
    .string()
    .regex(
      /^(subscription|resourceGroup|resourceType|resource|location|tag:.{1,128})$/,
      'must be subscription, resourceGroup, resourceType, resource, location, or tag:NAME',
    )
    .default('subscription'),
  granularity,
  from,
  to,
  subscriptionId,
  limit,
  cursor,
});
export type CostsQuery = z.infer<typeof CostsQuery>;
export const ResourceCostsQuery = z.strictObject({ granularity, from, to });
export type ResourceCostsQuery = z.infer<typeof ResourceCostsQuery>;

const Series = z.array(
  z.object({
    date: z.string().meta({ description: 'Day, or month (`YYYY-MM`).' }),
    cost: z.number(),
  }),
);
const Totals = z.array(z.object({ currency, cost: z.number() }));

const Period = {
  from: z.string(),
  to: z.string(),
  granularity: z.enum(['daily', 'monthly']),
  metric: z.enum(METRICS).meta({ description: 'As billed, or with reservations spread over their term.' }),
  as_of: z.string().nullable().meta({ description: 'Last day of the range that has costs; null: none has.' }),
  provisional_from: z.string().meta({ description: 'From this day on Azure may still change the costs.' }),
};

/** Costs of one group in one currency. */
export const GroupCosts = z
  .object({
    group: z.string().meta({ description: '`(none)`: costs that belong to no such group.' }),
    subscription_id: z.string().nullable().meta({
      description: 'Of a subscription, resource group or resource; the others are of all subscriptions.',
    }),
    currency,
    cost: z.number(),
    series: Series,
  })
  .meta({ id: 'GroupCosts' });
export type GroupCosts = z.infer<typeof GroupCosts>;

export const CostList = z
  .object({ group_by: z.string(), ...Period, totals: Totals, data: z.array(GroupCosts), nextCursor, gaps })
  .meta({ id: 'CostList' });
export type CostList = z.infer<typeof CostList>;

export const ResourceCosts = z
  .object({
    resource_id: z.string(),
    subscription_id: z.string(),
    ...Period,
    data: z.array(z.object({ currency, cost: z.number(), series: Series })),
    gaps,
  })
  .meta({ id: 'ResourceCosts' });
export type ResourceCosts = z.infer<typeof ResourceCosts>;
