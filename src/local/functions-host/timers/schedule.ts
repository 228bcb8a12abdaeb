import { Cron } from 'croner';
import { parseTimeSpan } from '../time-span.ts';

export type Schedule = {
  /** Cron schedules do, time spans do not. */
  readonly adjustForDst: boolean;
  /** The first occurrence after `time`. */
  nextAfter(time: Date): Date;
};

const fieldPatterns = [
  numeric('\\d{1,2}'),
  numeric('\\d{1,2}'),
  numeric('\\d{1,2}'),
  numeric('\\d{1,2}'),
  numeric(
    '(?:\\d{1,2}|jan\\w*|feb\\w*|mar\\w*|apr\\w*|may|jun\\w*|jul\\w*|aug\\w*|sep\\w*|oct\\w*|nov\\w*|dec\\w*)',
  ),
  numeric('(?:[0-6]|sun\\w*|mon\\w*|tue\\w*|wed\\w*|thu\\w*|fri\\w*|sat\\w*)'),
];

/**
 * A timer's schedule: an NCRONTAB expression of six fields (or five, at second 0), or a TimeSpan. Both days must
 * match where day of month and day of week are given, as NCRONTAB has it.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
 * @throws Error for other text.
 */
export function parseSchedule(text: string, timezone = 'UTC'): Schedule {
  const interval = parseTimeSpan(text);
  if (interval !== undefined) return everyInterval(text, interval);
  const fields = text.trim().split(/\s+/);
  const six = fields.length === 5 ? ['0', ...fields] : fields;
  if (six.length !== 6) throw invalid(text);
  for (const [index, field] of six.entries()) {
    if (!fieldPatterns[index]?.test(field)) throw invalid(text, field);
  }
  return fromCron(text, six.map(normalizeField).join(' '), timezone);
}

function numeric(value: string): RegExp {
  const item = `(?:\\*|${value}(?:-${value})?)(?:/\\d{1,2})?`;
  return new RegExp(`^${item}(?:,${item})*$`, 'i');
}

// Names may be written out (`Monday`), and `5/10` runs from 5 to the end of the range: croner takes neither.
function normalizeField(field: string, index: number): string {
  const ends = [59, 59, 23, 31, 12, 6];
  return field
    .replace(/[a-z]+/gi, (name) => name.slice(0, 3))
    .replace(/(^|,)(\d+|[a-z]{3})\//gi, `$1$2-${ends[index]}/`);
}

function fromCron(text: string, pattern: string, timezone: string): Schedule {
  let cron: Cron;
  try {
    cron = new Cron(pattern, { paused: true, domAndDow: true, mode: '6-part', timezone });
  } catch (error) {
    throw invalid(text, undefined, error);
  }
  return {
    adjustForDst: true,
    nextAfter: (time) => {
      const next = cron.nextRun(time);
      if (!next) throw new Error(`The schedule '${text}' has no occurrence after ${time.toISOString()}.`);
      return next;
    },
  };
}

function everyInterval(text: string, interval: number): Schedule {
  if (interval <= 0) throw invalid(text);
  return { adjustForDst: false, nextAfter: (time) => new Date(time.getTime() + interval) };
}

function invalid(text: string, field?: string, cause?: unknown): Error {
  const part = field === undefined ? '' : ` (at '${field}')`;
  return new Error(`'${text}' is neither an NCRONTAB expression nor a time span${part}.`, { cause });
}
