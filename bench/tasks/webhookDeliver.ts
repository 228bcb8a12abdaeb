import { ServiceBusClient } from '@azure/service-bus';
import { DeliveryMessage } from '#features/webhooks/index.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { readSettings } from '#settings.ts';
import { createServices } from '../../src/services.ts';

export type DeliverInput = {
  readonly environment: Readonly<Record<string, string>>;
  readonly deliveries: number;
};
export type DeliverOutput = {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly deliveries: number;
};

/** As host.json has it: `maxConcurrentCalls`. */
const MESSAGES_AT_A_TIME = 8;
/** Messages of 100 deliveries. */
const WARM_UP = 40;

/** The delivery function alone: takes the messages off the queue first, then works on them as the host would. */
export async function webhookDeliver({ environment, deliveries }: DeliverInput): Promise<DeliverOutput> {
  const { webhooks, queues } = createServices(readSettings({ ...environment, LOG_LEVEL: 'error' }));
  const client = new ServiceBusClient(environment.ServiceBus ?? '');
  const receiver = client.createReceiver('deliveries');
  const messages: DeliveryMessage[] = [];
  for (let taken = 0; taken < deliveries; ) {
    for (const message of await receiver.receiveMessages(50, { maxWaitTimeInMs: 5_000 })) {
      const parsed = DeliveryMessage.parse(message.body);
      messages.push(parsed);
      taken += parsed.deliveries.length;
      await receiver.completeMessage(message);
    }
  }
  const warmUp = messages.splice(0, WARM_UP);
  await mapConcurrently(warmUp, MESSAGES_AT_A_TIME, (message) => webhooks.deliver(message));
  const measured = messages.reduce((sum, message) => sum + message.deliveries.length, 0);
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  await mapConcurrently(messages, MESSAGES_AT_A_TIME, (message) => webhooks.deliver(message));
  const milliseconds = performance.now() - startedAt;
  const used = process.cpuUsage(cpu);
  await Promise.all([client.close(), queues.close()]);
  const cpuMilliseconds = (used.user + used.system) / 1000;
  return { milliseconds, cpuMilliseconds, deliveries: measured };
}
