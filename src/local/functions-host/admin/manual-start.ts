import { type HostFunction, isTriggeredBy } from '../functions.ts';
import type { Invoker } from '../invoker.ts';
import type { Timers } from '../timers/timers.ts';
import { manualRequests } from './manual-run.ts';

export type ManualStart = (target: HostFunction, input: unknown) => string | undefined;

/** Starts a function by hand, without waiting for it; returns why it cannot be, if so. */
export function createManualStart(context: {
  readonly invoker: Invoker;
  readonly timers: Timers;
}): ManualStart {
  const { invoker, timers } = context;
  async function run(target: HostFunction, input: unknown): Promise<void> {
    const timer = await timers.describe(target.name);
    for (const request of manualRequests(target, input, timer)) {
      void invoker.run(target, request, { reason: 'by hand' });
    }
  }
  return (target, input) => {
    if (target.isDisabled) return `'${target.name}' is disabled.`;
    if (isTriggeredBy(target, 'httptrigger')) {
      return `'${target.name}' is an HTTP function: send a request to its own URL.`;
    }
    void run(target, input);
    return undefined;
  };
}
