import { ServiceBusClient } from '@azure/service-bus';
import type { QueueDeclaration } from '#platform/queues.ts';

const WAIT_MS = 150;

/** Works off what waits on a queue, and what is added meanwhile; returns how many messages that were. */
export async function drain(
  connectionString: string,
  queue: QueueDeclaration,
  work: (body: unknown) => Promise<void>,
): Promise<number> {
  const client = new ServiceBusClient(connectionString);
  const receiver = client.createReceiver(queue.name);
  let worked = 0;
  try {
    for (;;) {
      const messages = await receiver.receiveMessages(50, { maxWaitTimeInMs: WAIT_MS });
      if (messages.length === 0) return worked;
      for (const message of messages) {
        await work(message.body);
        await receiver.completeMessage(message);
        worked += 1;
      }
    }
  } finally {
    await client.close();
  }
}
