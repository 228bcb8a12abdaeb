import type { HostFunction } from '../functions.ts';
import type { Invoker } from '../invoker.ts';
import type { Logger } from '../log.ts';
import { checkPastDue, type ScheduleStatus, statusAfterRun } from './past-due.ts';
import { runWithRetry } from './retry.ts';
import type { Schedule } from './schedule.ts';
import type { StatusStore } from './status-store.ts';
import { timerRequest } from './timer-info.ts';

export type TimerListener = { stop(): void };

export type TimerContext = {
  readonly invoker: Invoker;
  readonly store: StatusStore;
  readonly logger: Logger;
};

type Run = { readonly reason: string; readonly isPastDue: boolean; readonly planned?: Date };

// setTimeout cannot wait longer; a longer wait is done in parts.
const longestWait = 24 * 24 * 60 * 60_000;

/**
 * Runs a timer function at its occurrences, one run at a time: an occurrence that passes
 * during a run starts when it ends, later ones that passed too are skipped.
 * https://github.com/Azure/azure-webjobs-sdk-extensions/blob/dev/src/WebJobs.Extensions/Extensions/Timers/Listener/TimerListener.cs
 */
export async function startTimer(
  context: TimerContext,
  target: HostFunction,
  schedule: Schedule,
): Promise<TimerListener> {
  const { invoker, store, logger } = context;
  const stopping = new AbortController();
  const isMonitored = usesMonitor(target, schedule);
  const now = new Date();
  const stored = isMonitored ? await store.read(target.name) : undefined;
  const check = checkPastDue(schedule, stored, now);
  let status: ScheduleStatus = check.status;
  let timeout: NodeJS.Timeout | undefined;
  if (isMonitored && status !== stored) await store.write(target.name, status);

  async function runOnce({ reason, isPastDue, planned }: Run): Promise<void> {
    const time = new Date();
    const base = timerRequest(target.trigger.name, schedule, {
      status: isMonitored ? status : undefined,
      isPastDue,
    });
    await runWithRetry(
      target.retry,
      (extra) => invoker.run(target, { ...base, ...extra }, { reason }),
      stopping.signal,
    );
    status = statusAfterRun(schedule, time, planned);
    if (isMonitored) await store.write(target.name, status);
  }

  function fire(run: Run): void {
    void invoker
      .hold(runOnce(run))
      .catch((error: unknown) => {
        logger({ level: 'error', category: 'Host.Timers', message: `Timer ${target.name} failed`, error });
      })
      .finally(plan);
  }

  function plan(): void {
    if (stopping.signal.aborted) return;
    const wait = status.next.getTime() - Date.now();
    timeout = setTimeout(
      () => {
        if (wait > longestWait) plan();
        else fire({ reason: 'timer', isPastDue: false, planned: status.next });
      },
      Math.min(Math.max(wait, 1), longestWait),
    );
  }

  if (check.isPastDue) fire({ reason: 'timer is past due', isPastDue: true });
  else if (target.trigger.runOnStartup === true) fire({ reason: 'timer on startup', isPastDue: false });
  else plan();
  return {
    stop: () => {
      stopping.abort();
      clearTimeout(timeout);
    },
  };
}

/** Schedules that run more than once a minute are never monitored, others are unless `useMonitor` is false. */
export function usesMonitor(target: HostFunction, schedule: Schedule, now = new Date()): boolean {
  if (target.trigger.useMonitor === false) return false;
  const first = schedule.nextAfter(now);
  return schedule.nextAfter(first).getTime() - first.getTime() >= 60_000;
}
