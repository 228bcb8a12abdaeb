import * as z from 'zod';
import { gaps } from '#features/connectors/index.ts';
import { listParameters } from '#http/listParameters.ts';
import { nextCursor } from '../schema.ts';

export const BudgetsQuery = z.strictObject({
  isCrossed: z
    .stringbool()
    .optional()
    .meta({ description: 'Only those with a threshold that is crossed, or without.' }),
  ...listParameters,
});
export type BudgetsQuery = z.infer<typeof BudgetsQuery>;

const text = z.string().nullable();
const amount = z.number().nullable();

/** A budget and how it stands in its present period. */
export const Budget = z
  .object({
    id: z.string(),
    name: z.string(),
    subscription_id: z.string(),
    scope: z.string().meta({ description: 'ARM id of the subscription or resource group.' }),
    category: text,
    amount,
    currency: text,
    time_grain: text.meta({ description: '`Monthly`, `Quarterly`, `Annually` …' }),
    period_start: text,
    spent: amount,
    spent_percent: amount,
    forecast: amount,
    is_crossed: z.boolean(),
    thresholds: z.array(
      z.object({
        percent: z.number(),
        type: z.string().meta({ description: '`Actual` or `Forecasted`.' }),
        is_crossed: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Budget' });
export type Budget = z.infer<typeof Budget>;

export const BudgetList = z.object({ data: z.array(Budget), nextCursor, gaps }).meta({ id: 'BudgetList' });
export type BudgetList = z.infer<typeof BudgetList>;
