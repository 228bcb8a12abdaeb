import type { Clock } from '#platform/clock.ts';
import { answerOf, type Check, type Finding, failed, found, ok, skipped, warning } from './finding.ts';

/** Tokens, leases and the order of history bear no more. */
const FAILED_SECONDS = 240;
const WARNING_SECONDS = 30;

/** Compares our clock with those of the services, which stand in every answer (RFC 9110, `Date`). */
export function clockCheck(clock: Clock, services: Readonly<Record<string, string | undefined>>): Check {
  const asked = Object.entries(services).flatMap(([name, url]) => (url ? [[name, url] as const] : []));
  return {
    name: 'clock',
    run: () =>
      Promise.all(
        asked.map(([name, url]) =>
          found(
            async () => {
              const response = await fetch(url, { method: 'HEAD', redirect: 'manual' });
              return compare(name, response.headers.get('date'), clock.now());
            },
            (error) => skipped('clock', name, `does not answer: ${answerOf(error).words}`),
          ),
        ),
      ),
  };
}

/** How far two clocks are apart, as a finding; the header has whole seconds. */
export function compare(name: string, date: string | null, now: Date): Finding {
  if (date === null) return skipped('clock', name, 'its answers carry no date');
  const seconds = Math.round((now.getTime() - Date.parse(date)) / 1000);
  const apart = Math.abs(seconds);
  const detail = `${apart} s ${seconds > 0 ? 'behind' : 'ahead of'} us`;
  const mend = 'set the clock of this machine (NTP); an app in Azure: az functionapp restart';
  if (apart > FAILED_SECONDS) return failed('clock', name, { detail, mend });
  if (apart > WARNING_SECONDS) return warning('clock', name, { detail, mend });
  return ok('clock', name, `within ${WARNING_SECONDS} s`);
}
