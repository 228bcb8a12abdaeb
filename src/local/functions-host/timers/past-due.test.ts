import { expect, test } from 'vitest';
import { checkPastDue, statusAfterRun } from './past-due.ts';
import { parseSchedule } from './schedule.ts';

const hourly = parseSchedule('0 0 * * * *');
const at = (time: string) => new Date(`2026-01-01T${time}Z`);

test('a timer seen for the first time is not past due and notes its next occurrence', () => {
  const check = checkPastDue(hourly, undefined, at('10:20:00'));

  expect(check).toEqual({
    isPastDue: false,
    status: { last: undefined, next: at('11:00:00'), lastUpdated: at('10:20:00') },
  });
});

test('an occurrence that passed while the host was away is past due', () => {
  const stored = { last: at('10:00:00'), next: at('11:00:00'), lastUpdated: at('10:00:00') };

  const check = checkPastDue(hourly, stored, at('14:30:00'));

  expect(check).toEqual({ isPastDue: true, status: stored });
});

test('an occurrence that is still to come is not past due', () => {
  const stored = { last: undefined, next: at('11:00:00'), lastUpdated: at('10:20:00') };

  const check = checkPastDue(hourly, stored, at('10:59:59'));

  expect(check.isPastDue).toBe(false);
});

test('a status of another schedule is replaced and not past due', () => {
  const stored = { last: at('10:10:00'), next: at('10:15:00'), lastUpdated: at('10:10:00') };

  const later = checkPastDue(hourly, stored, at('14:30:00'));
  const sooner = checkPastDue(hourly, stored, at('10:30:00'));

  expect(later).toEqual({
    isPastDue: false,
    status: { last: undefined, next: at('15:00:00'), lastUpdated: at('14:30:00') },
  });
  expect(sooner.status).toEqual({ last: undefined, next: at('11:00:00'), lastUpdated: at('10:10:00') });
});

test('a run that began a moment early counts as its occurrence, so that it is not planned twice', () => {
  const status = statusAfterRun(hourly, at('10:59:59.990'), at('11:00:00'));

  expect(status).toEqual({ last: at('11:00:00'), next: at('12:00:00'), lastUpdated: at('11:00:00') });
});
