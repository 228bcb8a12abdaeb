import { Random } from '../estate/random.ts';
import type { World } from '../world.ts';
import { type Planted, plantedOf } from './planted.ts';
import { type Price, priceOf } from './prices.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Growth of usage is counted from here. */
const EPOCH = Date.UTC(2026, 0, 1);
const DAILY_GROWTH = 0.0008;
/** So long a day's costs grow: what is charged late. */
const COMPLETE_AFTER_HOURS = 48;
const QUIET = /dev|test|sandbox|staging/i;

export type CostedResource = {
  readonly id: string;
  readonly group: string;
  readonly type: string;
  readonly location: string;
  readonly price: Price;
};

/** The resources of a subscription that cost something, in the order of their ids, those after a key. */
export function* costedResources(
  world: World,
  subscriptionId: string,
  after = '',
): Generator<CostedResource> {
  for (const groupKey of world.estate.groupKeys(subscriptionId)) {
    for (const { key, resource } of world.estate.rows(subscriptionId, groupKey)) {
      const price = key > after ? priceOf(resource) : undefined;
      if (price) yield { id: key, group: groupKey, type: resource.type, location: resource.location, price };
    }
  }
}

/** What each day costs: follows from the seed, the resource and the day alone; the last two days are incomplete. */
export class CostModel {
  readonly #seed: number;
  readonly #now: number;
  readonly #planted: readonly Planted[];

  constructor(world: World, subscriptionId: string, now: number) {
    this.#seed = world.seed;
    this.#now = now;
    this.#planted = plantedOf(world, subscriptionId, now);
  }

  /** @param day start of the day, UTC, in milliseconds */
  amount({ id, group, price }: CostedResource, day: number): number {
    const known = Math.min(1, (this.#now - day) / (COMPLETE_AFTER_HOURS * HOUR_MS));
    if (known <= 0) return 0;
    const first = new Date(day).getUTCDate() === 1 ? (price.monthly ?? 0) : 0;
    const planted = this.#planted.find((one) => one.resourceId === id && one.from <= day && day < one.to);
    return (price.daily * this.#factor(id, group, { price, day }) * (planted?.factor ?? 1) + first) * known;
  }

  #factor(id: string, group: string, { price, day }: { price: Price; day: number }): number {
    if (price.kind === 'fixed') return 1;
    const weekday = new Date(day).getUTCDay();
    const weekend = weekday === 0 || weekday === 6 ? (QUIET.test(group) ? 0.35 : 0.85) : 1;
    const random = new Random(this.#seed, 31, ...Buffer.from(id), day / DAY_MS);
    // Sum of uniform numbers: near enough to a bell, 6 % wide.
    const noise = 1 + 0.06 * (random.next() + random.next() + random.next() - 1.5) * 2;
    return weekend * noise * Math.exp((DAILY_GROWTH * (day - EPOCH)) / DAY_MS);
  }
}
