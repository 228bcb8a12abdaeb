import { app, type InvocationContext } from '@azure/functions';
import * as z from 'zod';
import {
  RefreshMessage,
  refreshQueue,
  resourceEventsQueue,
  SyncMessage,
  syncQueue,
} from '#features/discovery/index.ts';
import { eventsQueue } from '#features/events/index.ts';
import { DeliveryMessage, deliveriesQueue } from '#features/webhooks/index.ts';
import { withScope } from '#platform/log.ts';
import type { QueueDeclaration } from '#platform/queues.ts';
import { measure, traced } from '#platform/telemetry.ts';
import type { Services } from '../services.ts';
import { EventBatch } from './eventBatch.ts';
import { sinkOf } from './logging.ts';

const Properties = z
  .object({ traceparent: z.string().optional().catch(undefined) })
  .catch({ traceparent: undefined });

/** Registers a function for each queue. A message that throws is delivered again and, in the end, dead-lettered. */
export function registerQueues({ discovery, catalogueOf, webhooks }: Services): void {
  registerQueue(syncQueue, SyncMessage, (message) => discovery.syncSubscription(message));
  registerQueue(resourceEventsQueue, z.unknown(), (message) =>
    discovery.acceptEvents(Array.isArray(message) ? message : [message]),
  );
  registerQueue(refreshQueue, RefreshMessage, (message) => discovery.refresh(message));
  registerQueue(eventsQueue, EventBatch, async (events) => {
    for (const tenantId of new Set(events.map(({ tenantid }) => tenantid)))
      catalogueOf(tenantId).invalidate();
    await webhooks.fanOut(events);
  });
  registerQueue(deliveriesQueue, DeliveryMessage, (message) => webhooks.deliver(message));
}

function registerQueue<T>(
  queue: QueueDeclaration,
  schema: z.ZodType<T>,
  work: (message: T) => Promise<void>,
): void {
  app.serviceBusQueue(queue.name, {
    connection: 'ServiceBus',
    queueName: queue.name,
    handler: (message: unknown, context: InvocationContext) => {
      const given = context.triggerMetadata?.correlationId;
      const correlationId = typeof given === 'string' ? given : context.invocationId;
      const { enqueuedTimeUtc, applicationProperties } = context.triggerMetadata ?? {};
      const ageSeconds = (Date.now() - Date.parse(String(enqueuedTimeUtc))) / 1000;
      if (ageSeconds >= 0) measure.queueAgeSeconds(ageSeconds, queue.name);
      const { traceparent: parent } = Properties.parse(applicationProperties);
      return withScope({ correlationId, sink: sinkOf(context) }, () =>
        traced(`process ${queue.name}`, { kind: 'consumer', parent }, async () =>
          work(schema.parse(message)),
        ),
      );
    },
  });
}
