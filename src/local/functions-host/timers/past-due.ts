import type { Schedule } from './schedule.ts';

/** When a timer last ran and will run next; `last` is absent until it has. */
export type ScheduleStatus = {
  readonly last: Date | undefined;
  readonly next: Date;
  readonly lastUpdated: Date;
};

export type PastDueCheck = { readonly status: ScheduleStatus; readonly isPastDue: boolean };

/**
 * What a stored status means on start: a recorded occurrence that has passed is past due; a status that another
 * schedule wrote is replaced, and is not past due.
 * https://github.com/Azure/azure-webjobs-sdk-extensions/blob/dev/src/WebJobs.Extensions/Extensions/Timers/Scheduling/ScheduleMonitor.cs
 */
export function checkPastDue(
  schedule: Schedule,
  stored: ScheduleStatus | undefined,
  now: Date,
): PastDueCheck {
  if (!stored) {
    return { status: { last: undefined, next: schedule.nextAfter(now), lastUpdated: now }, isPastDue: false };
  }
  const basis = stored.last ?? stored.lastUpdated;
  const expected = schedule.nextAfter(basis);
  if (expected.getTime() === stored.next.getTime()) return { status: stored, isPastDue: now > stored.next };
  const isMissed = now > expected;
  const next = isMissed ? schedule.nextAfter(now) : expected;
  return { status: { last: undefined, next, lastUpdated: isMissed ? now : basis }, isPastDue: false };
}

/** The status after a run at `time`; a run shortly before its occurrence counts as that occurrence. */
export function statusAfterRun(schedule: Schedule, time: Date, planned?: Date): ScheduleStatus {
  const last = planned && planned > time ? planned : time;
  return { last, next: schedule.nextAfter(last), lastUpdated: last };
}
