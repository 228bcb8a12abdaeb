import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage, type Logger } from '../log.ts';

export type Outage = {
  /** Logs a failure: the first as a warning, later ones of the same outage for debugging. */
  failed(error: unknown): void;
  /** Ends the outage. */
  recovered(): void;
  /** Waits longer after each failure, up to 5 s; ends early when stopped. */
  wait(signal: AbortSignal): Promise<void>;
};

/** Follows whether a function's broker can be reached. */
export function createOutage(functionName: string, logger: Logger): Outage {
  let failures = 0;
  const log = (level: 'debug' | 'information' | 'warning', message: string) =>
    logger({ level, category: 'Host.ServiceBus', functionName, message });
  return {
    failed: (error) => {
      failures += 1;
      log(failures === 1 ? 'warning' : 'debug', `Service Bus failed, retrying: ${errorMessage(error)}`);
    },
    recovered: () => {
      if (failures > 0) log('information', 'Service Bus answers again');
      failures = 0;
    },
    wait: async (signal) => {
      const wait = Math.min(5_000, 250 * 2 ** Math.min(failures, 6));
      await delay(wait, undefined, { signal }).catch(() => undefined);
    },
  };
}
