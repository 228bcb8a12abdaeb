import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import type { Outcome } from '../invoker.ts';
import { errorMessage, type Logger } from '../log.ts';

export type Settler = {
  /** Completes what succeeded (unless the app settles itself), abandons what failed; never rejects. */
  settle(messages: readonly ServiceBusReceivedMessage[], outcome: Outcome): Promise<void>;
  abandon(messages: readonly ServiceBusReceivedMessage[]): Promise<void>;
};

/** The client waits minutes for an answer on a link that has gone; the lock runs out and the message comes again. */
const SETTLE_LIMIT_MS = 5_000;

/** Settles the messages of one receiver. */
export function createSettler(
  receiver: ServiceBusReceiver,
  options: { readonly autoComplete: boolean; readonly logger: Logger; readonly functionName: string },
): Settler {
  async function each(
    messages: readonly ServiceBusReceivedMessage[],
    action: 'completeMessage' | 'abandonMessage',
  ): Promise<void> {
    await Promise.all(
      messages.map((message) =>
        withinLimit(receiver[action](message)).catch((error: unknown) =>
          options.logger({
            level: 'warning',
            category: 'Host.ServiceBus',
            functionName: options.functionName,
            message: `Could not settle message ${String(message.messageId)} (${action}): ${errorMessage(error)}`,
          }),
        ),
      ),
    );
  }
  return {
    settle: async (messages, outcome) => {
      if (!outcome.ok) return each(messages, 'abandonMessage');
      if (options.autoComplete) return each(messages, 'completeMessage');
    },
    abandon: (messages) => each(messages, 'abandonMessage'),
  };
}

async function withinLimit(settling: Promise<void>): Promise<void> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => limit.reject(new Error(`the broker did not answer within ${SETTLE_LIMIT_MS} ms`)),
    SETTLE_LIMIT_MS,
  );
  settling.catch(() => undefined);
  try {
    await Promise.race([settling, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
