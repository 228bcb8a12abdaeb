import type { ListenerContext, ServiceBusListener } from './listener.ts';
import { createOutage } from './outage.ts';
import { pullOnce } from './pull-loop.ts';

/** Runs a function once per batch of messages (cardinality many), one batch at a time. */
export async function startBatchListener(context: ListenerContext): Promise<ServiceBusListener> {
  const { client, entity, options, target, logger } = context;
  const receiver = context.createReceiver(client, entity);
  const stopping = new AbortController();
  const { signal } = stopping;
  const outage = createOutage(target.name, logger);

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      try {
        const pull = { signal, count: options.maxMessageBatchSize, waitMs: 60_000, renewLocks: true };
        await pullOnce(context, receiver, pull);
        outage.recovered();
      } catch (error) {
        if (signal.aborted) return;
        outage.failed(error);
        await outage.wait(signal);
      }
    }
  }

  const running = loop();
  return {
    stop: async () => stopping.abort(),
    close: async () => {
      await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 500))]);
      await receiver.close();
    },
  };
}
