import * as z from 'zod';
import type { QueueDeclaration } from '#platform/queues.ts';

/** One message an alert and processor, so that none waits for another. */
export const alertsQueue: QueueDeclaration = {
  name: 'alerts',
  description: 'One security alert for one of its processors.',
  lockDurationSeconds: 60,
  maxDeliveryCount: 10,
  defaultMessageTimeToLiveSeconds: 7 * 86_400,
  deadLetteringOnMessageExpiration: true,
  duplicateDetectionWindowSeconds: 600,
  maxSizeInMegabytes: 1024,
};

/** Message on the `alerts` queue. */
export const AlertMessage = z.object({
  tenantId: z.string(),
  subscriptionId: z.string(),
  rowKey: z.string(),
  processor: z.string(),
  attempt: z.number().int().min(1),
});
export type AlertMessage = z.infer<typeof AlertMessage>;
