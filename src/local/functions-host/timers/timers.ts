import { type AppSettings, resolvePlaceholders } from '../app-settings.ts';
import { type HostFunction, isTriggeredBy } from '../functions.ts';
import type { Invoker } from '../invoker.ts';
import { errorMessage, type Logger } from '../log.ts';
import { textOr } from '../text.ts';
import type { ScheduleStatus } from './past-due.ts';
import { parseSchedule, type Schedule } from './schedule.ts';
import { createStatusStore } from './status-store.ts';
import { startTimer, type TimerListener } from './timer-listener.ts';

export type Timers = {
  start(): Promise<void>;
  stop(): void;
  /** The schedule and stored status of a timer function, undefined for other functions. */
  describe(
    functionName: string,
  ): Promise<{ readonly schedule: Schedule; readonly status: ScheduleStatus | undefined } | undefined>;
};

/** The timer functions; a schedule that cannot be read adds a line to `problems`. */
export function createTimers(
  context: {
    readonly functions: readonly HostFunction[];
    readonly settings: AppSettings;
    readonly dataDir: string;
    readonly invoker: Invoker;
    readonly logger: Logger;
  },
  problems: string[],
): Timers {
  const { functions, settings, dataDir } = context;
  const store = createStatusStore(dataDir);
  const schedules = new Map<string, Schedule>();
  const listeners: TimerListener[] = [];
  const timers = functions.filter((one) => isTriggeredBy(one, 'timertrigger'));
  for (const timer of timers) {
    try {
      const text = resolvePlaceholders(textOr(timer.trigger.schedule, ''), settings);
      schedules.set(timer.name, parseSchedule(text, settings.WEBSITE_TIME_ZONE || 'UTC'));
    } catch (error) {
      problems.push(`Function '${timer.name}': ${errorMessage(error)}`);
    }
  }
  return {
    start: async () => {
      for (const timer of timers) {
        const schedule = schedules.get(timer.name);
        if (schedule) listeners.push(await startTimer({ ...context, store }, timer, schedule));
      }
    },
    stop: () => {
      for (const listener of listeners) listener.stop();
    },
    describe: async (functionName) => {
      const schedule = schedules.get(functionName);
      return schedule && { schedule, status: await store.read(functionName) };
    },
  };
}
