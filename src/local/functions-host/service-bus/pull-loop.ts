import type { ServiceBusReceiver } from '@azure/service-bus';
import type { ListenerContext } from './listener.ts';
import { keepLocked } from './lock-keeper.ts';
import { batchRequest, singleRequest } from './message-data.ts';
import { createSettler } from './settle.ts';

export type PullOptions = {
  readonly signal: AbortSignal;
  /** Messages to ask for at once. */
  readonly count: number;
  readonly waitMs: number;
  /** Renew each message's lock (sessions renew their own). */
  readonly renewLocks: boolean;
};

/**
 * Receives once and runs the function for what came: one invocation for all where the cardinality is many, else one
 * each. Returns the number of messages; rejects when receiving fails.
 */
export async function pullOnce(
  context: ListenerContext,
  receiver: ServiceBusReceiver,
  { signal, count, waitMs, renewLocks }: PullOptions,
): Promise<number> {
  const { target, invoker, options, entity } = context;
  const settler = createSettler(receiver, { ...context, functionName: target.name });
  const messages = await receiver.receiveMessages(count, { maxWaitTimeInMs: waitMs, abortSignal: signal });
  if (messages.length === 0) return 0;
  if (signal.aborted) {
    await settler.abandon(messages);
    return 0;
  }
  const release = renewLocks ? keepLocked(receiver, messages, options.maxAutoLockRenewalMs) : () => undefined;
  const groups = context.isMany ? [messages] : messages.map((message) => [message]);
  const handled = Promise.all(
    groups.map(async (group) => {
      const [first] = group;
      if (!first) return;
      const request = context.isMany
        ? batchRequest(target.trigger, group)
        : singleRequest(target.trigger, first);
      const outcome = await invoker.run(target, request, { reason: `messages from ${entity.label}` });
      await settler.settle(group, outcome);
    }),
  );
  await invoker.hold(handled);
  release();
  return messages.length;
}
