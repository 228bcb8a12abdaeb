import { setTimeout as pause } from 'node:timers/promises';
import { log } from '#platform/log.ts';
import { AzureError } from '#platform/resourceManager.ts';
import { measure } from '#platform/telemetry.ts';

const MAX_ATTEMPTS = 8;

/**
 * Waits out throttling (Retry-After) and outages with growing, jittered pauses.
 * @throws what the request threw, where it is final or the attempts are used up
 */
export async function retrying<T>(request: () => Promise<T>, attempts = MAX_ATTEMPTS): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      const isPassing =
        error instanceof AzureError && (error.kind === 'throttled' || error.kind === 'unavailable');
      if (!isPassing || attempt >= attempts) throw error;
      const { kind, retryAfterSeconds, message } = error;
      if (kind === 'throttled') {
        measure.throttle();
        log.warning('throttled by Azure', { retryAfterSeconds, attempt });
      } else log.information('Azure did not answer; trying again', { attempt, reason: message });
      const backoff = Math.min(200 * 2 ** attempt, 15_000) * (0.5 + Math.random());
      await pause(retryAfterSeconds === undefined ? backoff : retryAfterSeconds * 1000);
    }
  }
}
