import { expect, test } from 'vitest';
import type { InvocationRequest, RetryOptions } from '../core/types.ts';
import type { Outcome } from '../invoker.ts';
import { retryDelay, runWithRetry } from './retry.ts';

const fixed: RetryOptions = { retryStrategy: 'fixedDelay', maxRetryCount: 2, delayInterval: { seconds: 0 } };
const failed = (text: string): Outcome => ({ ok: false, error: new Error(text) });
const succeeded: Outcome = { ok: true, response: {}, result: undefined };

function recorder(outcomes: readonly Outcome[]) {
  const contexts: InvocationRequest['retryContext'][] = [];
  const attempt = async ({ retryContext }: Pick<InvocationRequest, 'retryContext'>) => {
    contexts.push(retryContext);
    return outcomes[contexts.length - 1] ?? succeeded;
  };
  return { contexts, attempt };
}

test('later attempts say which retry they are and why', async () => {
  const { contexts, attempt } = recorder([failed('one'), failed('two'), succeeded]);

  const outcome = await runWithRetry(fixed, attempt, AbortSignal.any([]));

  expect(outcome.ok).toBe(true);
  expect(contexts).toMatchObject([
    undefined,
    { retryCount: 1, maxRetryCount: 2, exception: { message: 'one' } },
    { retryCount: 2, maxRetryCount: 2, exception: { message: 'two' } },
  ]);
});

test('it gives up after the last retry', async () => {
  const { contexts, attempt } = recorder([failed('1'), failed('2'), failed('3'), succeeded]);

  const outcome = await runWithRetry(fixed, attempt, AbortSignal.any([]));

  expect(outcome.ok).toBe(false);
  expect(contexts).toHaveLength(3);
});

test('without a policy there is one attempt', async () => {
  const { contexts, attempt } = recorder([failed('1')]);

  await runWithRetry(undefined, attempt, AbortSignal.any([]));

  expect(contexts).toHaveLength(1);
});

test('stopping ends the wait for a retry', async () => {
  const stopping = new AbortController();
  const { contexts, attempt } = recorder([failed('1')]);
  const slow: RetryOptions = { ...fixed, delayInterval: { seconds: 600 } };

  const running = runWithRetry(slow, attempt, stopping.signal);
  stopping.abort();
  await running;

  expect(contexts).toHaveLength(1);
});

test('exponential waits double from the minimum to the maximum', () => {
  const policy: RetryOptions = {
    retryStrategy: 'exponentialBackoff',
    maxRetryCount: -1,
    minimumInterval: { seconds: 1 },
    maximumInterval: { seconds: 10 },
  };

  const waits = [1, 2, 3, 4, 5].map((count) => retryDelay(policy, count, () => 0.5));

  expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000]);
});
