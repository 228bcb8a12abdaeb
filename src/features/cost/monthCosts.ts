import { parseResourceId, resourceKey } from '#features/inventory/index.ts';
import { daysIn, indexOf, type Month, monthOf } from './days.ts';
import type { CostLine } from './lines.ts';

/** What is known of a resource beside its costs; tags as they are when the costs are read. */
export type ResourceFacts = {
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
};

/** A resource's month in one currency: a row. */
export type ResourceMonth = {
  readonly id: string;
  readonly currency: string;
  /** Amounts by day of the month; the currency's unit, four digits kept. */
  readonly days: readonly number[];
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>>;
};

/** What the costs of a subscription are added up by. */
export const GROUPINGS = ['subscription', 'resourceGroup', 'resourceType', 'location', 'tag'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** A group's month in one currency: a row. */
export type GroupMonth = {
  readonly grouping: Grouping;
  /** Resource group or type in lower case, location, `name=value` of a tag, the subscription. */
  readonly group: string;
  readonly currency: string;
  /** Null: nothing is known of the day for the whole subscription. */
  readonly days: readonly (number | null)[];
};

/** Stands for costs that belong to no resource, and for resources without what is grouped by. */
export const NONE = '(none)';
const SEVERAL = '(too many values)';
/** Values of a tag in one month that are told apart: more of them name things rather than group them. */
const MAX_TAG_VALUES = 500;

type Sum = { id: string; currency: string; days: Float64Array };

/** Costs of one subscription and month, added up by resource: memory grows with the resources, not with the lines. */
export class MonthCosts {
  readonly month: Month;
  readonly #length: number;
  readonly #sums = new Map<string, Sum>();
  readonly #seen = new Set<number>();

  constructor(month: Month) {
    this.month = month;
    this.#length = daysIn(month);
  }

  add({ resourceId, day, amount, currency }: CostLine): void {
    if (monthOf(day) !== this.month) return;
    const key = `${resourceId.toLowerCase()}|${currency}`;
    const sum = this.#sums.get(key) ?? { id: resourceId, currency, days: new Float64Array(this.#length) };
    this.#sums.set(key, sum);
    const index = indexOf(day);
    sum.days[index] = (sum.days[index] ?? 0) + amount;
    this.#seen.add(index);
  }

  /** Rows of resources, with what the inventory knows of each. */
  resources(factsOf: (id: string) => ResourceFacts | undefined): ResourceMonth[] {
    return [...this.#sums.values()].map(({ id, currency, days }) => ({
      id,
      currency,
      days: [...days].map(round),
      ...factsOf(id),
    }));
  }

  /** Rows of groups, of the resources' rows. */
  groups(subscriptionId: string, resources: readonly ResourceMonth[]): GroupMonth[] {
    const sums = new Map<string, { grouping: Grouping; group: string; currency: string; days: number[] }>();
    const tooMany = manyValued(resources);
    for (const resource of resources) {
      for (const [grouping, group] of groupsOf(resource, { subscriptionId, tooMany })) {
        const key = `${grouping}|${group}|${resource.currency}`;
        const sum = sums.get(key) ?? {
          grouping,
          group,
          currency: resource.currency,
          days: Array.from({ length: this.#length }, () => 0),
        };
        sums.set(key, sum);
        resource.days.forEach((amount, index) => {
          sum.days[index] = (sum.days[index] ?? 0) + amount;
        });
      }
    }
    return [...sums.values()].map((sum) => ({
      ...sum,
      days: sum.days.map((amount, index) => (this.#seen.has(index) ? round(amount) : null)),
    }));
  }
}

function manyValued(resources: readonly ResourceMonth[]): ReadonlySet<string> {
  const values = new Map<string, Set<string>>();
  for (const { tags } of resources) {
    for (const [name, value] of Object.entries(tags ?? {})) {
      const known = values.get(name.toLowerCase()) ?? new Set();
      values.set(name.toLowerCase(), known.add(value));
    }
  }
  return new Set([...values].filter(([, known]) => known.size > MAX_TAG_VALUES).map(([name]) => name));
}

function groupsOf(
  { id, location, tags = {} }: ResourceMonth,
  { subscriptionId, tooMany }: { subscriptionId: string; tooMany: ReadonlySet<string> },
): [Grouping, string][] {
  const { resourceGroup, type } = parseResourceId(id);
  return [
    ['subscription', subscriptionId],
    ['resourceGroup', resourceGroup?.toLowerCase() ?? NONE],
    ['resourceType', type?.toLowerCase() ?? NONE],
    ['location', location ?? NONE],
    ...Object.entries(tags).map(([given, value]): [Grouping, string] => {
      const name = given.toLowerCase();
      return ['tag', `${name}=${tooMany.has(name) ? SEVERAL : value}`];
    }),
  ];
}

/** A resource's key in rows; costs of no resource have one too. */
export function costKeyOf(id: string): string {
  return resourceKey(id);
}

/** Four digits of the currency's unit: a fiftieth of the smallest meter's day. */
function round(amount: number): number {
  return Math.round(amount * 10_000) / 10_000;
}
