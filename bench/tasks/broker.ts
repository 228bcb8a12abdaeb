import { setTimeout as pause } from 'node:timers/promises';
import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';

export type BrokerInput = {
  readonly connectionString: string;
  readonly queue: string;
  readonly messages: number;
};
export type BrokerOutput = {
  readonly milliseconds: number;
  readonly sendMilliseconds: number;
  readonly received: number;
};

const BODY = { text: 'x'.repeat(500) };
const BATCH = 100;
const SENDERS = 4;
const PULL = 200;

/** Sends batches and, at the same time, receives in peek-lock mode and completes every message on its own. */
export async function broker({ connectionString, queue, messages }: BrokerInput): Promise<BrokerOutput> {
  const client = new ServiceBusClient(connectionString);
  const receiver = client.createReceiver(queue);
  const senders = Array.from({ length: SENDERS }, () => client.createSender(queue));
  await senders[0]?.sendMessages({ body: BODY });
  await complete(await receiver.receiveMessages(1));
  const startedAt = performance.now();
  let sendMilliseconds = 0;
  const next = Array.from({ length: Math.ceil(messages / BATCH) }, () => BATCH).values();
  const sending = Promise.all(
    senders.map(async (sender) => {
      for (const size of next)
        await sender.sendMessages(Array.from({ length: size }, () => ({ body: BODY })));
    }),
  ).then(() => {
    sendMilliseconds = performance.now() - startedAt;
  });
  const ids = new Set<string>();
  const settling: Promise<void>[] = [];
  while (ids.size < messages) {
    const batch = await receiver.receiveMessages(PULL, { maxWaitTimeInMs: 5000 });
    if (batch.length === 0) await pause(10);
    for (const { sequenceNumber } of batch) ids.add(String(sequenceNumber));
    settling.push(complete(batch));
  }
  await Promise.all([sending, ...settling]);
  const milliseconds = performance.now() - startedAt;
  await client.close();
  return { milliseconds, sendMilliseconds, received: ids.size };

  async function complete(batch: readonly ServiceBusReceivedMessage[]): Promise<void> {
    await Promise.all(batch.map((message) => receiver.completeMessage(message)));
  }
}
