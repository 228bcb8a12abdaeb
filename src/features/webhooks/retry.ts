/** When a failed delivery is tried again. */
export type RetryConfig = {
  readonly max_retries: number;
  readonly initial_delay_ms: number;
  readonly max_delay_ms: number;
  readonly exponential_backoff: boolean;
};
export type RetryPolicy = RetryConfig | 'durable';

export const DEFAULT_RETRIES: RetryConfig = {
  max_retries: 3,
  initial_delay_ms: 1000,
  max_delay_ms: 30_000,
  exponential_backoff: true,
};

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DURABLE = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
/** So that the retries of what failed together do not come together. */
const JITTER = 0.2;
const MAX_RETRY_AFTER = 24 * HOUR;

/**
 * Milliseconds until the next attempt after `attempt` failed ones, or undefined when that was the last.
 * `random` is in [0, 1); what the receiver asked for (`retryAfterMs`) is waited for at least, up to a day.
 */
export function delayAfter(
  policy: RetryPolicy,
  attempt: number,
  given: { readonly random: number; readonly retryAfterMs?: number | undefined },
): number | undefined {
  const base = policy === 'durable' ? DURABLE[attempt - 1] : configuredDelay(policy, attempt);
  if (base === undefined) return undefined;
  const spread = base * (1 + JITTER * given.random);
  const delay = policy === 'durable' ? spread : Math.min(spread, policy.max_delay_ms);
  return Math.round(Math.max(delay, Math.min(given.retryAfterMs ?? 0, MAX_RETRY_AFTER)));
}

function configuredDelay(config: RetryConfig, attempt: number): number | undefined {
  if (attempt > config.max_retries) return undefined;
  if (!config.exponential_backoff) return config.initial_delay_ms;
  return Math.min(config.initial_delay_ms * 2 ** (attempt - 1), config.max_delay_ms);
}

/** Milliseconds that a `Retry-After` header asks for (RFC 9110: seconds or a date); undefined for anything else. */
export function parseRetryAfter(header: string | undefined, now: Date): number | undefined {
  if (!header) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * SECOND;
  const isDate = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(header);
  const date = isDate ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}
