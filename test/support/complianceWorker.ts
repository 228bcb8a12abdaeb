import { ServiceBusClient } from '@azure/service-bus';
import { EvaluationMessage } from '#features/compliance/index.ts';
import type { CloudEvent } from '#features/events/index.ts';
import { createServices } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';

/** Works on the queues of compliance as the host would, in a process of its own, which a test may kill. */
const settings = readSettings(process.env);
const { compliance } = createServices(settings);
const client = new ServiceBusClient(settings.ServiceBus ?? '');
const workers: Record<string, (body: unknown) => Promise<void>> = {
  events: (body) => compliance.forward(body as CloudEvent[]),
  evaluations: (body) => compliance.work(EvaluationMessage.parse(body)),
};
for (const [queue, run] of Object.entries(workers)) {
  client
    .createReceiver(queue)
    .subscribe(
      { processMessage: ({ body }) => run(body), processError: async () => undefined },
      { autoCompleteMessages: true, maxConcurrentCalls: 4 },
    );
}
process.stdout.write('ready\n');
