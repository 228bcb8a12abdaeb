import * as z from 'zod';

const text = z.string().optional().catch(undefined);
/** Microsoft's `LocalizableString`. */
const words = z.object({ value: z.string(), localizedValue: text }).optional().catch(undefined);

/**
 * An entry of `eventtypes/management/values` as far as it is used (azure-rest-api-specs, monitor, ActivityLogs
 * 2015-04-01). Only its time and an id are required; enumerations are open. `properties` hold what callers sent,
 * request bodies among it, and are not taken.
 */
export const ActivityEntry = z
  .object({
    id: text,
    eventDataId: text,
    eventTimestamp: z.iso.datetime({ offset: true }),
    submissionTimestamp: text,
    caller: text,
    claims: z.record(z.string(), z.unknown()).optional().catch(undefined),
    authorization: z.object({ scope: text, action: text }).optional().catch(undefined),
    category: words,
    operationName: words,
    operationId: text,
    correlationId: text,
    status: words,
    subStatus: words,
    level: text,
    resourceId: text,
    resourceGroupName: text,
    description: text,
    httpRequest: z.object({ clientIpAddress: text, method: text }).optional().catch(undefined),
  })
  .refine(({ id, eventDataId }) => id !== undefined || eventDataId !== undefined, {
    path: ['eventDataId'],
    message: 'there is no id',
  });
export type ActivityEntry = z.infer<typeof ActivityEntry>;
