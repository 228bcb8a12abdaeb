import { ServiceBusClient } from '@azure/service-bus';
import { DeliveryMessage } from '#features/webhooks/index.ts';
import { createServices } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';

/** Works on the queues of webhooks as the host would, in a process of its own, which a test may kill. */
const settings = readSettings(process.env);
const { webhooks } = createServices(settings);
const client = new ServiceBusClient(settings.ServiceBus ?? '');
type Received = { body: unknown; messageId?: unknown; deliveryCount?: number };
const workers: Record<string, (message: Received) => Promise<void>> = {
  events: ({ body, messageId }) => webhooks.fanOut([{ id: String(messageId), events: body as unknown[] }]),
  deliveries: ({ body, deliveryCount = 0 }) =>
    webhooks.deliver(DeliveryMessage.parse(body), deliveryCount > 0),
};
for (const [queue, run] of Object.entries(workers)) {
  client
    .createReceiver(queue)
    .subscribe(
      { processMessage: (message) => run(message), processError: async () => undefined },
      { autoCompleteMessages: true, maxConcurrentCalls: 8 },
    );
}
process.stdout.write('ready\n');
