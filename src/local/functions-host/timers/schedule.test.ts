import { expect, test } from 'vitest';
import { parseSchedule } from './schedule.ts';

function next(schedule: string, from: string, timezone?: string): string {
  return parseSchedule(schedule, timezone).nextAfter(new Date(from)).toISOString();
}

test.each([
  ['0 */5 * * * *', '2026-01-01T00:02:10Z', '2026-01-01T00:05:00.000Z'],
  ['*/15 * * * * *', '2026-01-01T00:00:15Z', '2026-01-01T00:00:30.000Z'],
  ['0 0 * * * *', '2026-01-01T23:59:59Z', '2026-01-02T00:00:00.000Z'],
  ['0 0 9-17 * * *', '2026-01-01T17:00:00Z', '2026-01-02T09:00:00.000Z'],
  ['0 30 9 * * Mon-Fri', '2026-01-02T10:00:00Z', '2026-01-05T09:30:00.000Z'],
  ['0 30 9 * Jan Mon', '2026-01-27T00:00:00Z', '2027-01-04T09:30:00.000Z'],
  ['0 0 0 * January Monday', '2026-01-27T00:00:00Z', '2027-01-04T00:00:00.000Z'],
  ['0 5,8,10 * * * *', '2026-01-01T00:06:00Z', '2026-01-01T00:08:00.000Z'],
  ['5/10 * * * * *', '2026-01-01T00:00:56Z', '2026-01-01T00:01:05.000Z'],
  ['0 0 0 29 2 *', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['*/5 * * * *', '2026-01-01T00:02:10Z', '2026-01-01T00:05:00.000Z'],
])('%s after %s is %s', (schedule, from, expected) => {
  expect(next(schedule, from)).toBe(expected);
});

test('day of month and day of week must both match, as NCRONTAB has it', () => {
  expect(next('0 0 0 13 * 5', '2026-03-14T00:00:00Z')).toBe('2026-11-13T00:00:00.000Z');
});

test('a time zone moves a schedule and follows daylight saving time', () => {
  expect(next('0 0 9 * * *', '2026-01-15T12:00:00Z', 'Europe/Berlin')).toBe('2026-01-16T08:00:00.000Z');
  expect(next('0 0 9 * * *', '2026-07-15T12:00:00Z', 'Europe/Berlin')).toBe('2026-07-16T07:00:00.000Z');
});

test.each([
  ['00:05:00', '2026-01-01T00:00:01.000Z', '2026-01-01T00:05:01.000Z'],
  ['1.00:00:00', '2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'],
  ['00:00:00.500', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.500Z'],
])('the time span %s after %s is %s', (schedule, from, expected) => {
  const parsed = parseSchedule(schedule);

  expect(parsed.nextAfter(new Date(from)).toISOString()).toBe(expected);
  expect(parsed.adjustForDst).toBe(false);
});

test.each([
  '',
  'soon',
  '* * * *',
  '0 0 0 L * *',
  '0 0 0 * * 7',
  '61 * * * * *',
  '0 0 0 1W * *',
  '00:00:00',
  '@daily',
])('%s is refused', (schedule) => {
  expect(() => parseSchedule(schedule)).toThrow('neither an NCRONTAB expression nor a time span');
});
