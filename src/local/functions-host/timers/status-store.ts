import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../write-file.ts';
import type { ScheduleStatus } from './past-due.ts';

export type StatusStore = {
  /** Undefined when there is none or it cannot be read. */
  read(functionName: string): Promise<ScheduleStatus | undefined>;
  write(functionName: string, status: ScheduleStatus): Promise<void>;
};

/** Keeps one `status` file a timer under `dataDir`/timers, as the host does under azure-webjobs-hosts. */
export function createStatusStore(dataDir: string): StatusStore {
  const folder = join(dataDir, 'timers');
  const fileOf = (functionName: string) => join(folder, `${functionName.toLowerCase()}.json`);
  return {
    read: async (functionName) => {
      try {
        return parseStatus(JSON.parse(await readFile(fileOf(functionName), 'utf8')));
      } catch {
        return undefined;
      }
    },
    write: async (functionName, { last, next, lastUpdated }) => {
      await mkdir(folder, { recursive: true });
      const text = JSON.stringify({ Last: last ?? null, Next: next, LastUpdated: lastUpdated });
      await writeFileAtomic(fileOf(functionName), `${text}\n`);
    },
  };
}

function parseStatus(value: Record<string, string | null>): ScheduleStatus | undefined {
  const [last, next, lastUpdated] = ['Last', 'Next', 'LastUpdated'].map((name) => toDate(value[name]));
  return next && lastUpdated ? { last, next, lastUpdated } : undefined;
}

function toDate(text: string | null | undefined): Date | undefined {
  const date = new Date(text ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
