import type { InvocationRequest } from '../core/types.ts';
import type { ScheduleStatus } from './past-due.ts';
import type { Schedule } from './schedule.ts';

const never = '0001-01-01T00:00:00+00:00';

/**
 * The timer object as the host serializes it. ScheduleStatus is null for a timer that is not monitored.
 * https://github.com/Azure/azure-webjobs-sdk-extensions/blob/dev/src/WebJobs.Extensions/Extensions/Timers/TimerInfo.cs
 */
export function timerRequest(
  bindingName: string,
  schedule: Schedule,
  run: { readonly status: ScheduleStatus | undefined; readonly isPastDue: boolean },
): InvocationRequest {
  const json = JSON.stringify({
    Schedule: { AdjustForDST: schedule.adjustForDst },
    ScheduleStatus: run.status ? formatStatus(run.status) : null,
    IsPastDue: run.isPastDue,
  });
  return {
    inputData: [{ name: bindingName, data: { json } }],
    triggerMetadata: {},
  };
}

function formatStatus({ last, next, lastUpdated }: ScheduleStatus) {
  return {
    Last: last ? formatDate(last) : never,
    LastUpdated: formatDate(lastUpdated),
    Next: formatDate(next),
  };
}

function formatDate(date: Date): string {
  return date.toISOString().replace('Z', '+00:00');
}
