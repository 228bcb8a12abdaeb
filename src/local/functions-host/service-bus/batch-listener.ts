import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { createGatherer } from './gatherer.ts';
import type { ListenerContext, ServiceBusListener } from './listener.ts';
import { keepLocked } from './lock-keeper.ts';
import { batchRequest } from './message-data.ts';
import { createOutage } from './outage.ts';
import { createSettler } from './settle.ts';

// The client's own batches wait a second after the first message; .NET's, which the host uses, do not.
const windowMs = 20;

/** Runs a function once per batch of the messages that are there (cardinality many), one batch at a time. */
export async function startBatchListener(context: ListenerContext): Promise<ServiceBusListener> {
  const { client, entity, options, target, invoker, logger } = context;
  const receiver = context.createReceiver(client, entity);
  const settler = createSettler(receiver, { ...context, functionName: target.name });
  const outage = createOutage(target.name, logger);
  const held = new Set<ServiceBusReceivedMessage>();
  const gatherer = createGatherer<ServiceBusReceivedMessage>((messages) => invoker.hold(handle(messages)), {
    size: options.maxMessageBatchSize,
    windowMs,
  });

  async function handle(messages: readonly ServiceBusReceivedMessage[]): Promise<void> {
    const request = batchRequest(target.trigger, messages);
    const outcome = await invoker.run(target, request, { reason: `messages from ${entity.label}` });
    await settler.settle(
      messages.filter((message) => held.has(message)),
      outcome,
    );
  }

  const subscription = receiver.subscribe(
    {
      processMessage: async (message) => {
        outage.recovered();
        held.add(message);
        const release = keepLocked(receiver, [message], options.maxAutoLockRenewalMs);
        await gatherer.add(message);
        release();
        held.delete(message);
      },
      processError: async ({ error }) => outage.failed(error),
    },
    { autoCompleteMessages: false, maxConcurrentCalls: options.maxMessageBatchSize + options.prefetchCount },
  );
  return {
    stop: async () => {
      await subscription.close();
      await settler.abandon(gatherer.flush());
    },
    close: async () => {
      const left = [...held];
      held.clear();
      await settler.abandon(left);
      await receiver.close();
    },
  };
}
