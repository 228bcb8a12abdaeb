import type { ServiceBusSessionReceiver } from '@azure/service-bus';
import { errorMessage } from '../log.ts';
import type { ListenerContext, ServiceBusListener } from './listener.ts';
import { createOutage, type Outage } from './outage.ts';
import { pullOnce } from './pull-loop.ts';

/**
 * Runs a function for the messages of a queue with sessions: up to `maxConcurrentSessions` sessions at once, the
 * messages of a session in order, a session left when it has been idle.
 */
export async function startSessionListener(context: ListenerContext): Promise<ServiceBusListener> {
  const { options, target, logger } = context;
  const stopping = new AbortController();
  const open = new Set<ServiceBusSessionReceiver>();
  const outage = createOutage(target.name, logger);
  const workers = Array.from({ length: options.maxConcurrentSessions }, () =>
    followSessions(context, { open, outage, signal: stopping.signal }),
  );
  return {
    stop: async () => stopping.abort(),
    close: async () => {
      await Promise.race([Promise.all(workers), new Promise((resolve) => setTimeout(resolve, 500))]);
      await Promise.all([...open].map((receiver) => receiver.close()));
    },
  };
}

type Shared = {
  readonly open: Set<ServiceBusSessionReceiver>;
  readonly outage: Outage;
  readonly signal: AbortSignal;
};

async function followSessions(context: ListenerContext, shared: Shared): Promise<void> {
  while (!shared.signal.aborted) {
    try {
      const receiver = await context.acceptNextSession(shared.signal);
      shared.outage.recovered();
      await drainSession(context, shared, receiver);
    } catch (error) {
      if (shared.signal.aborted) return;
      if (isNoSession(error)) continue;
      shared.outage.failed(error);
      await shared.outage.wait(shared.signal);
    }
  }
}

async function drainSession(
  context: ListenerContext,
  { open, signal }: Shared,
  receiver: ServiceBusSessionReceiver,
): Promise<void> {
  const { options, isMany } = context;
  open.add(receiver);
  const count = isMany ? options.maxMessageBatchSize : options.maxConcurrentCallsPerSession;
  try {
    let received = 1;
    while (received > 0 && !signal.aborted) {
      received = await pullOnce(context, receiver, {
        signal,
        count,
        waitMs: options.sessionIdleMs,
        renewLocks: false,
      });
    }
  } finally {
    open.delete(receiver);
    await receiver.close();
  }
}

/** True for the errors that only mean that no session has messages now. */
export function isNoSession(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /ServiceTimeout|SessionCannotBeLocked|OperationTimeout/i.test(`${code} ${errorMessage(error)}`);
}
