const DAY_MS = 86_400_000;

/** A day as `YYYY-MM-DD`, a month as `YYYY-MM`; all of them UTC, as Cost Management has them. */
export type Day = string;
export type Month = string;

export function dayOf(time: Date): Day {
  return time.toISOString().slice(0, 10);
}

export function monthOf(day: Day): Month {
  return day.slice(0, 7);
}

export function addDays(day: Day, count: number): Day {
  return dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS));
}

export function addMonths(month: Month, count: number): Month {
  const [year = 0, index = 1] = month.split('-').map(Number);
  return dayOf(new Date(Date.UTC(year, index - 1 + count, 1))).slice(0, 7);
}

export function daysIn(month: Month): number {
  const [year = 0, index = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, index, 0)).getUTCDate();
}

export function firstDay(month: Month): Day {
  return `${month}-01`;
}

export function lastDay(month: Month): Day {
  return `${month}-${daysIn(month)}`;
}

/** Place of a day in its month, from 0. */
export function indexOf(day: Day): number {
  return Number(day.slice(8)) - 1;
}

/** Months from one to another, both included. */
export function monthsBetween(from: Month, to: Month): Month[] {
  const months: Month[] = [];
  for (let month = from; month <= to; month = addMonths(month, 1)) months.push(month);
  return months;
}

/** Whether a text is a day that the calendar has. */
export function isDay(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    Number.isFinite(Date.parse(`${text}T00:00:00Z`)) &&
    dayOf(new Date(text)) === text
  );
}
