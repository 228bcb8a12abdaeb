import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { createLimiter } from '#platform/concurrently.ts';
import type { ListenerContext, ServiceBusListener } from './listener.ts';
import { keepLocked } from './lock-keeper.ts';
import { singleRequest } from './message-data.ts';
import { createOutage } from './outage.ts';
import { createSettler } from './settle.ts';

/**
 * Runs a function once per message as messages are pushed, `maxConcurrentCalls` at a time; up to `prefetchCount`
 * more wait in memory with their locks renewed.
 */
export async function startPushListener(context: ListenerContext): Promise<ServiceBusListener> {
  const { client, entity, options, target, invoker, logger } = context;
  const receiver = context.createReceiver(client, entity);
  const settler = createSettler(receiver, { ...context, functionName: target.name });
  const outage = createOutage(target.name, logger);
  const limiter = createLimiter(options.maxConcurrentCalls);
  const held = new Set<ServiceBusReceivedMessage>();
  let isStopping = false;

  async function handle(message: ServiceBusReceivedMessage): Promise<void> {
    if (isStopping) return settler.abandon([message]);
    const request = singleRequest(target.trigger, message);
    const outcome = await invoker.run(target, request, { reason: `message from ${entity.label}` });
    if (held.has(message)) await settler.settle([message], outcome);
  }

  const subscription = receiver.subscribe(
    {
      processMessage: async (message) => {
        outage.recovered();
        held.add(message);
        const release = keepLocked(receiver, [message], options.maxAutoLockRenewalMs);
        await invoker.hold(limiter(() => handle(message)));
        release();
        held.delete(message);
      },
      processError: async ({ error }) => outage.failed(error),
    },
    { autoCompleteMessages: false, maxConcurrentCalls: options.maxConcurrentCalls + options.prefetchCount },
  );
  return {
    stop: async () => {
      isStopping = true;
      await subscription.close();
    },
    close: async () => {
      const left = [...held];
      held.clear();
      await settler.abandon(left);
      await receiver.close();
    },
  };
}
