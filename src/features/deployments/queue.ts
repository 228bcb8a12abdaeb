import * as z from 'zod';
import type { QueueDeclaration } from '#platform/queues.ts';

/** A deployment that is to take its next step. */
export const DeploymentMessage = z.object({ tenant_id: z.string(), id: z.string() });
export type DeploymentMessage = z.infer<typeof DeploymentMessage>;

export const deploymentsQueue: QueueDeclaration = {
  name: 'deployments',
  description:
    'One deployment that is to take its next step; one that runs in Azure is looked at again later.',
  lockDurationSeconds: 300,
  maxDeliveryCount: 20,
  defaultMessageTimeToLiveSeconds: 7 * 86_400,
  deadLetteringOnMessageExpiration: true,
  maxSizeInMegabytes: 1024,
};
