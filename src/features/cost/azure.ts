import * as z from 'zod';

const text = z.string().optional().catch(undefined);
const amount = z.number().optional().catch(undefined);

/** Answer of Query - Usage 2025-03-01 as far as it is used; columns are found by name, whatever their place. */
export const QueryPage = z.object({
  properties: z.object({
    columns: z.array(z.object({ name: z.string() })),
    rows: z.array(z.array(z.unknown())).nullish(),
  }),
});
export type QueryPage = z.infer<typeof QueryPage>;

const Money = z.object({ amount: z.number(), unit: text }).optional().catch(undefined);

/** Undefined where it is none: an example of the specification has a text among them. */
const Notification = z
  .object({
    enabled: z.boolean().optional().catch(undefined),
    operator: text,
    threshold: amount,
    thresholdType: text,
  })
  .optional()
  .catch(undefined);

/**
 * A budget (Microsoft.Consumption 2024-08-01) as far as it is used. Only id and name are required: the specification's
 * examples leave out the rest here and there, and time grains, operators and threshold types are open.
 */
export const AzureBudget = z.object({
  id: z.string().min(1),
  name: z.string().min(1),
  properties: z
    .object({
      amount,
      category: text,
      timeGrain: text,
      timePeriod: z.object({ startDate: text, endDate: text }).optional().catch(undefined),
      currentSpend: Money,
      forecastSpend: Money,
      notifications: z.record(z.string(), Notification).nullish().catch(undefined),
    })
    .optional()
    .catch(undefined),
});
export type AzureBudget = z.infer<typeof AzureBudget>;

/** `manifest.json` of a run of an export ("Understand export data types", Cost Management), as far as it is used. */
export const ExportManifest = z.object({
  exportConfig: z.object({ exportName: text, type: text, dataVersion: text }).optional().catch(undefined),
  deliveryConfig: z.object({ compressionMode: text, fileFormat: text }).optional().catch(undefined),
  runInfo: z.object({
    runId: z.string().min(1),
    submittedTime: z.string(),
    startDate: z.string(),
    endDate: z.string(),
  }),
  blobs: z.array(z.object({ blobName: z.string().min(1), byteCount: amount, dataRowCount: amount })),
});
export type ExportManifest = z.infer<typeof ExportManifest>;

/**
 * Words with which Cost Management says that it does not serve a subscription: offers that it does not know, and cost
 * that the organization shows to nobody (`IndirectCostDisabled`, `AccountCostDisabled`: EA view charges are off).
 */
export const NOT_SERVED =
  /supports only Enterprise Agreement|not associated with a valid offer|valid WebDirect\/AIRS|(Indirect|Account|Department)CostDisabled|offer type: \w+ .*not supported/i;
