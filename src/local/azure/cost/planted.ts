import { Random } from '../estate/random.ts';
import type { World } from '../world.ts';
import { priceOf } from './prices.ts';

const DAY_MS = 86_400_000;
const MONTHS = 13;

/** A resource that costs several times as much for some days. */
export type Planted = {
  /** In lower case. */
  readonly resourceId: string;
  readonly subscriptionId: string;
  /** Start of the first day and of the day after the last, UTC, in milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly factor: number;
};

const known = new WeakMap<World, Map<string, readonly Planted[]>>();

/** The anomalies of a subscription: one in each of the last thirteen months, on a resource that costs much. */
export function plantedOf(world: World, subscriptionId: string, now: number): readonly Planted[] {
  const month = new Date(now).toISOString().slice(0, 7);
  const own = known.get(world) ?? new Map<string, readonly Planted[]>();
  known.set(world, own);
  const key = `${subscriptionId}|${month}`;
  const planted = own.get(key) ?? plant(world, subscriptionId, now);
  own.set(key, planted);
  return planted;
}

function plant(world: World, subscriptionId: string, now: number): Planted[] {
  const candidates = world.estate.groupKeys(subscriptionId).flatMap((group) => {
    const priced = world.estate.rows(subscriptionId, group).flatMap(({ key, resource }) => {
      const price = priceOf(resource);
      return price?.kind === 'usage' ? [{ key, daily: price.daily }] : [];
    });
    const [dearest] = priced.sort((one, other) => other.daily - one.daily);
    return dearest && dearest.daily >= 4 ? [dearest.key] : [];
  });
  const date = new Date(now);
  return Array.from({ length: MONTHS }, (_, back) => {
    const start = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back, 1);
    const random = new Random(world.seed, 32, ...Buffer.from(subscriptionId), start / DAY_MS);
    const from = start + random.int(4, 22) * DAY_MS;
    const resourceId = candidates[random.int(0, Math.max(0, candidates.length - 1))];
    const to = from + random.int(1, 3) * DAY_MS;
    return resourceId === undefined
      ? []
      : [{ resourceId, subscriptionId, from, to, factor: random.int(6, 12) }];
  }).flat();
}
