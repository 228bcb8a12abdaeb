import { parseResourceId } from '#features/inventory/index.ts';
import { addDays, type Day, indexOf, monthOf } from '../days.ts';
import type { ResourceMonth } from '../monthCosts.ts';
import { toCents } from '../read/sums.ts';
import type { CostStore } from '../store.ts';
import type { Anomaly } from './detect.ts';
import type { Contributor, SeriesKind } from './record.ts';
import { median } from './robust.ts';

const DAYS_BEFORE = 14;
const MAX_CONTRIBUTORS = 5;

export type Found = Anomaly & {
  readonly series: SeriesKind;
  readonly group: string;
  readonly currency: string;
};
type Resource = Pick<ResourceMonth, 'id' | 'currency'> & { readonly months: Map<string, readonly number[]> };

/** The resources of a subscription in the months that anomalies reach into, read once for all of them. */
export class Resources {
  readonly #resources: ReadonlyMap<string, Resource>;

  private constructor(resources: ReadonlyMap<string, Resource>) {
    this.#resources = resources;
  }

  static async read(store: CostStore, subscriptionId: string, found: readonly Found[]): Promise<Resources> {
    const resources = new Map<string, Resource>();
    const days = found
      .flatMap((one) => [addDays(one.day, -DAYS_BEFORE), addDays(one.day, one.days - 1)])
      .sort();
    const [first, last] = [days[0], days.at(-1)];
    if (first === undefined || last === undefined) return new Resources(resources);
    const months = { from: monthOf(first), to: monthOf(last) };
    for await (const rows of store.resources(subscriptionId, months)) {
      for (const { id, currency, month, days: amounts } of rows) {
        const key = `${id.toLowerCase()}|${currency}`;
        const known = resources.get(key) ?? { id, currency, months: new Map() };
        resources.set(key, known);
        known.months.set(month, amounts);
      }
    }
    return new Resources(resources);
  }

  /** The resources of its group that differ most from what is usual for them, in its direction. */
  behind(found: Found): Contributor[] {
    const sign = found.direction === 'above' ? 1 : -1;
    const own = [...this.#resources.values()].filter((resource) => belongs(resource, found));
    return own
      .map((resource) => toContributor(resource, found))
      .filter(({ cost, usual }) => sign * (cost - usual) > 0)
      .sort((one, other) => sign * (other.cost - other.usual - (one.cost - one.usual)))
      .slice(0, MAX_CONTRIBUTORS);
  }
}

function belongs({ id, currency }: Resource, found: Found): boolean {
  if (currency !== found.currency) return false;
  if (found.series === 'subscription') return true;
  const { resourceGroup, type } = parseResourceId(id);
  const group = found.series === 'resourceGroup' ? resourceGroup : type;
  return group?.toLowerCase() === found.group;
}

function toContributor({ id, months }: Resource, { day, days }: Found): Contributor {
  const amountOn = (on: Day) => months.get(monthOf(on))?.[indexOf(on)] ?? 0;
  const cost = daysFrom(day, days).reduce((sum, on) => sum + amountOn(on), 0);
  const usual = median(daysFrom(addDays(day, -DAYS_BEFORE), DAYS_BEFORE).map(amountOn)) * days;
  return { resourceId: id, cost: toCents(cost), usual: toCents(usual) };
}

function daysFrom(first: Day, count: number): Day[] {
  return Array.from({ length: count }, (_, later) => addDays(first, later));
}

/** Costs by day, of rows that hold a month each; days that nothing is known of are left out. */
export function toSeries(
  rows: readonly { readonly month: string; readonly days: readonly (number | null)[] }[],
  until: Day,
): { day: Day; amount: number }[] {
  return rows.flatMap(({ month, days }) =>
    days.flatMap((amount, index) => {
      const day = `${month}-${String(index + 1).padStart(2, '0')}`;
      return amount === null || day > until ? [] : [{ day, amount }];
    }),
  );
}
