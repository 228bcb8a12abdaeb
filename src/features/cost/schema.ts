import * as z from 'zod';
import { gaps } from '#features/connectors/index.ts';
import { listParameters, several } from '#http/listParameters.ts';
import { isDay } from './days.ts';
import { IDLE_RULES } from './idle/rules.ts';
import { METRICS } from './lines.ts';
import { SEVERITIES } from './nonCompliance/sync.ts';

export const day = z.string().refine(isDay, 'must be a day that there is: YYYY-MM-DD');
const from = day.optional().meta({ description: 'First day, UTC. 30 days before `to` unless told.' });
const to = day.optional().meta({ description: 'Last day, UTC. Today unless told.' });
const granularity = z.enum(['daily', 'monthly']).default('daily');

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
  ...listParameters,
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

const subscription_id = z.string();
const thirtyDays = 'Of the thirty days that are complete, `from` to `to`.';
const resources = z.number().int();

/** Filters of `GET /costs/idle`. */
export const IdleQuery = z.strictObject({
  rule: several
    .pipe(z.array(z.enum(IDLE_RULES.map(({ name }) => name))))
    .optional()
    .meta({ description: 'One or several of the rules.' }),
  ...listParameters,
});
export type IdleQuery = z.infer<typeof IdleQuery>;

const IdleResource = z
  .object({
    resource_id: z.string(),
    subscription_id,
    resource_type: z.string(),
    location: z.string(),
    rule: z.string(),
    reason: z.string(),
    since: z.string().meta({ description: 'When it was first found so; it may have been before.' }),
    currency: currency.nullable().meta({ description: 'Null: Cost Management has told no costs of it.' }),
    cost: z.number().meta({ description: thirtyDays }),
    from: z.string(),
    to: z.string(),
  })
  .meta({ id: 'IdleResource' });
export type IdleResource = z.infer<typeof IdleResource>;

export const IdleList = z
  .object({
    resources,
    totals: Totals,
    by_rule: z.array(
      z.object({
        rule: z.string(),
        title: z.string(),
        resource_type: z.string(),
        source: z.string().meta({ description: 'Where Microsoft says that it is billed.' }),
        next: z.string(),
        resources,
        totals: Totals,
      }),
    ),
    data: z.array(IdleResource),
    nextCursor,
    gaps,
  })
  .meta({ id: 'IdleList' });
export type IdleList = z.infer<typeof IdleList>;

const severity = z.enum(SEVERITIES);

/** Filters of `GET /costs/non-compliance`. */
export const NonComplianceQuery = z.strictObject({
  severity: several.pipe(z.array(severity)).optional(),
  ...listParameters,
});
export type NonComplianceQuery = z.infer<typeof NonComplianceQuery>;

export const NonComplianceCosts = z
  .object({
    as_of: z.string().nullable().meta({ description: 'When it was added up; null: not yet.' }),
    from: z.string().nullable(),
    to: z.string().nullable(),
    resources: resources.meta({ description: 'That violate some policy, each once.' }),
    costs: Totals.meta({ description: `What they cost, each once. ${thirtyDays}` }),
    by_severity: z
      .array(z.object({ severity, resources, costs: Totals }))
      .meta({ description: 'Each resource once, under the worst that it violates: adds up to the whole.' }),
    data: z
      .array(z.object({ policy_id: z.string(), policy_name: z.string(), severity, resources, costs: Totals }))
      .meta({
        description: 'By policy, the dearest first. A resource counts for each policy that it violates.',
      }),
    nextCursor,
    gaps,
  })
  .meta({ id: 'NonComplianceCosts' });
export type NonComplianceCosts = z.infer<typeof NonComplianceCosts>;
