import { ServiceBusClient } from '@azure/service-bus';
import { DeliveryMessage } from '#features/webhooks/index.ts';
import { createServices } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';

/** Works on the queues of webhooks as the host would, in a process of its own, which a test may kill. */
const settings = readSettings(process.env);
const { webhooks } = createServices(settings);
const client = new ServiceBusClient(settings.ServiceBus ?? '');
const workers: Record<string, (body: unknown) => Promise<void>> = {
  events: (body) => webhooks.fanOut(body as unknown[]),
  deliveries: (body) => webhooks.deliver(DeliveryMessage.parse(body)),
};
for (const [queue, run] of Object.entries(workers)) {
  client
    .createReceiver(queue)
    .subscribe(
      { processMessage: ({ body }) => run(body), processError: async () => undefined },
      { autoCompleteMessages: true, maxConcurrentCalls: 8 },
    );
}
process.stdout.write('ready\n');
