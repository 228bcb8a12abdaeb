import { Failure } from '#platform/failure.ts';
import { addDays, addMonths, type Day, dayOf, firstDay, indexOf, type Month, monthOf } from '../days.ts';
import { SETTLED_AFTER_DAYS } from '../sync/costs.ts';

export type Period = { readonly from: Day; readonly to: Day; readonly granularity: 'daily' | 'monthly' };
type Asked = {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly granularity: Period['granularity'];
};

const DEFAULT_DAYS = 30;
const MAX_DAYS = 400;

/** The days that are asked for. @throws Failure `invalid` */
export function periodOf({ from, to, granularity }: Asked, now: Date): Period {
  const last = to ?? dayOf(now);
  const first = from ?? addDays(last, 1 - DEFAULT_DAYS);
  if (first > last) throw wrong('from', `${first} is after ${last}`, 'give a day before `to`');
  if (addDays(first, MAX_DAYS) < last)
    throw wrong('from', `more than ${MAX_DAYS} days`, 'ask for a shorter time');
  return { from: first, to: last, granularity };
}

/** From this day on costs may still be restated: the month that is not settled. */
export function provisionalFrom(now: Date): Day {
  const today = dayOf(now);
  const month = monthOf(today);
  return firstDay(indexOf(today) < SETTLED_AFTER_DAYS ? addMonths(month, -1) : month);
}

/** Amounts of a row within the period, each with the day or month that it counts for. */
export function* amountsOf(
  { month, days }: { readonly month: Month; readonly days: readonly (number | null)[] },
  { from, to, granularity }: Period,
): Generator<[day: Day, date: string, amount: number]> {
  for (const [index, amount] of days.entries()) {
    const day = `${month}-${String(index + 1).padStart(2, '0')}`;
    if (amount !== null && day >= from && day <= to)
      yield [day, granularity === 'daily' ? day : month, amount];
  }
}

function wrong(field: string, reason: string, fix: string): Failure {
  return new Failure('invalid', 'the query is not valid', { problems: [{ field, reason, fix }] });
}
