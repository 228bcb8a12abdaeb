import type { QueueDeclaration } from '#platform/queues.ts';

const DAY = 86_400;

/** One message a subscription of a sync job. */
export const syncQueue: QueueDeclaration = {
  name: 'sync',
  description: 'One subscription to be read from Azure, as part of a sync job.',
  lockDurationSeconds: 300,
  maxDeliveryCount: 10,
  defaultMessageTimeToLiveSeconds: DAY,
  deadLetteringOnMessageExpiration: true,
  maxSizeInMegabytes: 1024,
};

/** One message an event, put there by Event Grid itself with its own identity. */
export const resourceEventsQueue: QueueDeclaration = {
  name: 'resource-events',
  description: 'Resource events of Azure, as Event Grid delivers them; each leads to messages on `refresh`.',
  lockDurationSeconds: 60,
  maxDeliveryCount: 20,
  defaultMessageTimeToLiveSeconds: DAY,
  deadLetteringOnMessageExpiration: true,
  duplicateDetectionWindowSeconds: 600,
  maxSizeInMegabytes: 5120,
};

/** One message a resource to be read again. */
export const refreshQueue: QueueDeclaration = {
  name: 'refresh',
  description: 'One resource to be read again from Azure because an event said that it changed.',
  lockDurationSeconds: 60,
  maxDeliveryCount: 20,
  defaultMessageTimeToLiveSeconds: DAY,
  deadLetteringOnMessageExpiration: true,
  duplicateDetectionWindowSeconds: 600,
  maxSizeInMegabytes: 5120,
};
