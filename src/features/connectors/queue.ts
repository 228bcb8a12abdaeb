import type { QueueDeclaration } from '#platform/queues.ts';

/** One message a subscription and source. */
export const connectorsQueue: QueueDeclaration = {
  name: 'connectors',
  description: 'One subscription to be read from one source (Defender for Cloud, Policy Insights …).',
  lockDurationSeconds: 300,
  maxDeliveryCount: 10,
  defaultMessageTimeToLiveSeconds: 86_400,
  deadLetteringOnMessageExpiration: true,
  duplicateDetectionWindowSeconds: 600,
  maxSizeInMegabytes: 1024,
};
