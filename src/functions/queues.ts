import { app, type InvocationContext } from '@azure/functions';
import * as z from 'zod';
import { EvaluationMessage, evaluationsQueue } from '#features/compliance/index.ts';
import { ConnectorMessage, connectorsQueue } from '#features/connectors/index.ts';
import { DeploymentMessage, deploymentsQueue } from '#features/deployments/index.ts';
import {
  RefreshMessage,
  refreshQueue,
  resourceEventsQueue,
  SyncMessage,
  syncQueue,
} from '#features/discovery/index.ts';
import { eventsQueue } from '#features/events/index.ts';
import { PolicySyncMessage, policySyncQueue } from '#features/governance/index.ts';
import { RemediationMessage, remediationsQueue } from '#features/remediation/index.ts';
import { AlertMessage, alertsQueue } from '#features/security/index.ts';
import { DeliveryMessage, deliveriesQueue } from '#features/webhooks/index.ts';
import { withScope } from '#platform/log.ts';
import type { QueueDeclaration } from '#platform/queues.ts';
import { measure, traced } from '#platform/telemetry.ts';
import type { Services } from '../services.ts';
import { EventBatch } from './eventBatch.ts';
import { acceptEvents } from './eventGrid.ts';
import { sinkOf } from './logging.ts';

const Properties = z
  .object({ traceparent: z.string().optional().catch(undefined) })
  .catch({ traceparent: undefined });

/** Registers a function for each queue. A message that throws is delivered again and, in the end, dead-lettered. */
export function registerQueues(services: Services): void {
  const { discovery, catalogueOf, compliance, policySync, deployments, remediations } = services;
  const { webhooks, connectors, security } = services;
  registerQueue(syncQueue, SyncMessage, (message) => discovery.syncSubscription(message));
  registerQueue(resourceEventsQueue, z.unknown(), (message) =>
    acceptEvents(services, Array.isArray(message) ? message : [message]),
  );
  registerQueue(refreshQueue, RefreshMessage, (message) => discovery.refresh(message));
  registerBatchQueue(eventsQueue, EventBatch, async (messages) => {
    const events = messages.flatMap(({ body }) => body);
    for (const tenantId of new Set(events.map(({ tenantid }) => tenantid)))
      catalogueOf(tenantId).invalidate();
    await allOf([
      compliance.forward(events),
      webhooks.fanOut(messages.map(({ id, body }) => ({ id, events: body }))),
      security.alerts.acceptEvents(events),
    ]);
  });
  registerQueue(policySyncQueue, PolicySyncMessage, (message) => policySync.run(message));
  registerQueue(evaluationsQueue, EvaluationMessage, (message) => compliance.work(message));
  registerQueue(deliveriesQueue, DeliveryMessage, (message, { isRedelivered }) =>
    webhooks.deliver(message, isRedelivered),
  );
  registerQueue(connectorsQueue, ConnectorMessage, (message) => connectors.run(message));
  registerQueue(alertsQueue, AlertMessage, (message) => security.alerts.process(message));
  registerQueue(deploymentsQueue, DeploymentMessage, (message) => deployments.run(message));
  registerQueue(remediationsQueue, RemediationMessage, (message) => remediations.run(message));
}

function registerQueue<T>(
  queue: QueueDeclaration,
  schema: z.ZodType<T>,
  work: (message: T, about: { readonly isRedelivered: boolean }) => Promise<void>,
): void {
  app.serviceBusQueue(queue.name, {
    connection: 'ServiceBus',
    queueName: queue.name,
    handler: (message: unknown, context: InvocationContext) => {
      const given = context.triggerMetadata?.correlationId;
      const correlationId = typeof given === 'string' ? given : context.invocationId;
      const { enqueuedTimeUtc, applicationProperties, deliveryCount } = context.triggerMetadata ?? {};
      measureAge(queue, enqueuedTimeUtc);
      const isRedelivered = Number(deliveryCount ?? 1) > 1;
      const { traceparent: parent } = Properties.parse(applicationProperties);
      return withScope({ correlationId, sink: sinkOf(context) }, () =>
        traced(`process ${queue.name}`, { kind: 'consumer', parent }, async () =>
          work(schema.parse(message), { isRedelivered }),
        ),
      );
    },
  });
}

type Message<T> = { readonly id: string; readonly body: T };
const Metadata = z.object({
  messageIdArray: z.array(z.string()).catch([]),
  enqueuedTimeUtcArray: z.array(z.unknown()).catch([]),
});

/**
 * The same for a queue whose messages are handled together, which must be idempotent: when all of them fail, each is
 * handled alone, so that one that cannot be handled keeps none of the others from being so.
 */
function registerBatchQueue<T>(
  queue: QueueDeclaration,
  schema: z.ZodType<T>,
  work: (messages: readonly Message<T>[]) => Promise<void>,
): void {
  app.serviceBusQueue(queue.name, {
    connection: 'ServiceBus',
    queueName: queue.name,
    cardinality: 'many',
    handler: (bodies: unknown, context: InvocationContext) => {
      const { messageIdArray: ids, enqueuedTimeUtcArray: times } = Metadata.parse(context.triggerMetadata);
      for (const time of times) measureAge(queue, time);
      const messages = z.array(z.unknown()).parse(bodies);
      const toMessage = (body: unknown, index: number) => ({
        id: ids[index] ?? '',
        body: schema.parse(body),
      });
      return withScope({ correlationId: context.invocationId, sink: sinkOf(context) }, () =>
        traced(`process ${queue.name}`, { kind: 'consumer' }, async () => {
          try {
            await work(messages.map(toMessage));
          } catch (error) {
            if (messages.length === 1) throw error;
            await allOf(messages.map(async (body, index) => work([toMessage(body, index)])));
          }
        }),
      );
    },
  });
}

/** Each runs to its end, whatever becomes of the others. @throws what the first that failed threw */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

function measureAge(queue: QueueDeclaration, enqueuedTimeUtc: unknown): void {
  const ageSeconds = (Date.now() - Date.parse(String(enqueuedTimeUtc))) / 1000;
  if (ageSeconds >= 0) measure.queueAgeSeconds(ageSeconds, queue.name);
}
