import { setTimeout as delay } from 'node:timers/promises';
import type { InvocationRequest, RetryContext, RetryOptions } from '../core/types.ts';
import type { Outcome } from '../invoker.ts';
import { describeError, errorMessage } from '../log.ts';

/**
 * Runs `attempt` until it succeeds, its policy is spent or `signal` aborts. Later attempts carry a retry context.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-error-pages#retry-policies
 */
export async function runWithRetry(
  retry: RetryOptions | undefined,
  attempt: (context: Pick<InvocationRequest, 'retryContext'>) => Promise<Outcome>,
  signal: AbortSignal,
): Promise<Outcome> {
  let outcome = await attempt({});
  if (!retry) return outcome;
  const limit = retry.maxRetryCount === -1 ? Number.POSITIVE_INFINITY : retry.maxRetryCount;
  for (let count = 1; !outcome.ok && count <= limit; count += 1) {
    await delay(retryDelay(retry, count), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    outcome = await attempt({ retryContext: contextOf(outcome.error, count, retry.maxRetryCount) });
  }
  return outcome;
}

/** The wait before the `count`-th retry, in milliseconds; exponential waits vary by a fifth either way. */
export function retryDelay(retry: RetryOptions, count: number, random = Math.random): number {
  if (retry.retryStrategy === 'fixedDelay') return (retry.delayInterval?.seconds ?? 0) * 1000;
  const minimum = (retry.minimumInterval?.seconds ?? 1) * 1000;
  const maximum = (retry.maximumInterval?.seconds ?? 60) * 1000;
  const grown = minimum * 2 ** (count - 1) * (0.8 + 0.4 * random());
  return Math.max(minimum, Math.min(maximum, grown));
}

function contextOf(error: unknown, retryCount: number, maxRetryCount: number): RetryContext {
  return {
    retryCount,
    maxRetryCount,
    exception: { message: errorMessage(error), stackTrace: describeError(error) },
  };
}
