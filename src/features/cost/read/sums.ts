import * as z from 'zod';
import { decodeCursor, encodeCursor } from '#http/cursor.ts';
import type { GroupCosts } from '../schema.ts';

/** Amounts of one group in one currency by date. */
type Sum = {
  readonly group: string;
  readonly subscriptionId: string | null;
  readonly currency: string;
  cost: number;
  readonly series: Map<string, number>;
};
type Of = Pick<Sum, 'group' | 'subscriptionId' | 'currency'>;

const Place = z.tuple([z.number(), z.string(), z.string(), z.string()]);
type Place = z.infer<typeof Place>;

/** Adds up amounts by group and currency: what is of another currency is another group. */
export class CostSums {
  readonly #sums = new Map<string, Sum>();

  add(of: Of, date: string, amount: number): void {
    const key = [of.subscriptionId, of.group.toLowerCase(), of.currency].join('|');
    const sum = this.#sums.get(key) ?? { ...of, cost: 0, series: new Map<string, number>() };
    this.#sums.set(key, sum);
    sum.cost += amount;
    sum.series.set(date, (sum.series.get(date) ?? 0) + amount);
  }

  totals(): { currency: string; cost: number }[] {
    const byCurrency = Map.groupBy(this.#sums.values(), ({ currency }) => currency);
    return [...byCurrency]
      .map(([currency, sums]) => ({
        currency,
        cost: toCents(sums.reduce((total, { cost }) => total + cost, 0)),
      }))
      .sort((one, other) => (one.currency < other.currency ? -1 : 1));
  }

  /** The dearest first, currency by currency. @throws Failure `invalid` for a cursor that is not ours */
  page(limit: number, cursor: string | undefined): { data: GroupCosts[]; nextCursor: string | null } {
    const sorted = [...this.#sums.values()].sort((one, other) => compare(placeOf(one), placeOf(other)));
    const after = cursor === undefined ? undefined : decodeCursor(cursor, Place);
    const rest = after ? sorted.filter((sum) => compare(placeOf(sum), after) > 0) : sorted;
    const last = rest[limit - 1];
    return {
      data: rest.slice(0, limit).map(toView),
      nextCursor: last && rest.length > limit ? encodeCursor(placeOf(last)) : null,
    };
  }
}

function toView({ group, subscriptionId, currency, cost, series }: Sum): GroupCosts {
  return {
    group,
    subscription_id: subscriptionId,
    currency,
    cost: toCents(cost),
    series: toSeries(series),
  };
}

export function toSeries(series: ReadonlyMap<string, number>): { date: string; cost: number }[] {
  return [...series]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([date, cost]) => ({ date, cost: toCents(cost) }));
}

/** Sums of floating point amounts as people read them: four digits. */
export function toCents(amount: number): number {
  return Math.round(amount * 10_000) / 10_000;
}

function placeOf({ cost, currency, group, subscriptionId }: Sum): Place {
  return [toCents(cost), currency, group, subscriptionId ?? ''];
}

function compare([cost, ...one]: Place, [otherCost, ...other]: Place): number {
  const [currency, otherCurrency] = [one[0], other[0]];
  if (currency !== otherCurrency) return currency < otherCurrency ? -1 : 1;
  if (cost !== otherCost) return otherCost - cost;
  const [text, otherText] = [one.join('|'), other.join('|')];
  return text < otherText ? -1 : text > otherText ? 1 : 0;
}
