import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';

/**
 * Renews the locks of messages until the returned function is called or `maxMs` have passed. A lock that is lost
 * shows when the message is settled.
 */
export function keepLocked(
  receiver: ServiceBusReceiver,
  messages: readonly ServiceBusReceivedMessage[],
  maxMs: number,
): () => void {
  const end = Date.now() + maxMs;
  const timers = new Set<NodeJS.Timeout>();
  function plan(message: ServiceBusReceivedMessage, lockedUntil: Date): void {
    const wait = Math.max(500, (lockedUntil.getTime() - Date.now()) / 2);
    if (Date.now() + wait > end) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      receiver.renewMessageLock(message).then(
        (until) => plan(message, until),
        () => undefined,
      );
    }, wait);
    timers.add(timer);
  }
  for (const message of messages) if (message.lockedUntilUtc) plan(message, message.lockedUntilUtc);
  return () => {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  };
}
