import type { QueueDeclaration } from '#platform/queues.ts';

/** Every event of the product, in batches of CloudEvents: one message is what one transaction changed. */
export const eventsQueue: QueueDeclaration = {
  name: 'events',
  description:
    'What happened, as batches of CloudEvents 1.0 in JSON; one message a commit, in no order between messages.',
  lockDurationSeconds: 60,
  maxDeliveryCount: 10,
  defaultMessageTimeToLiveSeconds: 14 * 86_400,
  deadLetteringOnMessageExpiration: true,
  duplicateDetectionWindowSeconds: 600,
  maxSizeInMegabytes: 5120,
};

export const EVENT_BATCH = 'application/cloudevents-batch+json';
