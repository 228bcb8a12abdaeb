import * as z from 'zod';
import type { QueueDeclaration } from '#platform/queues.ts';

/** A remediation that is to take its next step. */
export const RemediationMessage = z.object({ tenant_id: z.string(), id: z.string() });
export type RemediationMessage = z.infer<typeof RemediationMessage>;

export const remediationsQueue: QueueDeclaration = {
  name: 'remediations',
  description:
    'One remediation that is to take its next step; one that waits for Azure is looked at again later.',
  lockDurationSeconds: 300,
  maxDeliveryCount: 20,
  defaultMessageTimeToLiveSeconds: 7 * 86_400,
  deadLetteringOnMessageExpiration: true,
  maxSizeInMegabytes: 1024,
};
