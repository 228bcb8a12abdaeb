import type { Connectors } from '#features/connectors/index.ts';
import { type Inventory, segmentOf } from '#features/inventory/index.ts';
import { parseRange } from '#features/metrics/index.ts';
import type { Principal } from '#http/principal.ts';
import type { Clock } from '#platform/clock.ts';
import { metricsOf } from './catalogue.ts';
import { METRICS_SOURCE } from './connector.ts';
import type { Samples } from './sample.ts';
import type { ResourceMetricsAnswer, ResourceMetricsQuery } from './schema.ts';
import { type DayOfResource, type HourOfResource, type ResourceMetricStore, toDay } from './store.ts';

export type MetricsServicePorts = {
  readonly gapsOf: Connectors['gaps'];
  readonly clock: Clock;
  readonly storeOf: (tenantId: string) => ResourceMetricStore;
  readonly inventoryOf: (tenantId: string) => Inventory;
  readonly types: readonly string[];
};
type Hour = Pick<HourOfResource, 'hour' | 'samples'>;
type Point = { readonly at: string; readonly samples: Samples };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOURLY_UP_TO_MS = 7 * DAY_MS;

/** Metrics of single resources, from what was read of Azure Monitor. */
export class ResourceMetricsService {
  readonly #ports: MetricsServicePorts;

  constructor(ports: MetricsServicePorts) {
    this.#ports = ports;
  }

  /** @throws Failure `notFound`, also where the caller may not see the resource */
  async ofResource(
    principal: Principal,
    id: string,
    query: ResourceMetricsQuery,
  ): Promise<ResourceMetricsAnswer> {
    const { clock, inventoryOf, types, gapsOf } = this.#ports;
    const { tenantId } = principal;
    const inventory = inventoryOf(tenantId);
    await inventory.requireVisible(id, principal);
    const { resource } = await inventory.get(id, { fields: 'id,resource_type' });
    const { id: resourceId = id, resource_type: type = '' } = resource;
    const length = parseRange(query.timeRange) ?? DAY_MS;
    const interval = query.interval ?? (length <= HOURLY_UP_TO_MS ? 'hour' : 'day');
    const now = clock.now().getTime();
    const from = startOf(now - length, interval);
    const hours = await this.#hours(tenantId, resourceId, { from, to: now });
    const points = interval === 'hour' ? hours.map(toPoint) : daysOf(resourceId, hours).map(toDayPoint);
    const wanted = query.metric?.map((name) => name.toLowerCase());
    const definitions = metricsOf(type).filter(({ name }) => wanted?.includes(name.toLowerCase()) ?? true);
    return {
      resource_id: resourceId,
      resource_type: type,
      is_collected: types.some((one) => one.toLowerCase() === type.toLowerCase()),
      timeRange: { from: new Date(from).toISOString(), to: new Date(now).toISOString(), interval },
      metrics: definitions.map(({ name, unit, aggregation }) => ({
        name,
        unit,
        aggregation,
        series: points.flatMap(({ at, samples }) => (samples[name] ? [{ at, ...samples[name] }] : [])),
      })),
      gaps: await gapsOf(tenantId, METRICS_SOURCE, [segmentOf(resourceId)]),
    };
  }

  /**
   * A resource by day over the last `days` (UTC), those without measurements left out: for whoever looks for what is
   * hardly used. Costs a look a day.
   */
  async daily(tenantId: string, resourceId: string, days = 30): Promise<DayOfResource[]> {
    const now = this.#ports.clock.now().getTime();
    const from = startOf(now - days * DAY_MS, 'day');
    return daysOf(resourceId, await this.#hours(tenantId, resourceId, { from, to: now }));
  }

  #hours(tenantId: string, resourceId: string, span: { from: number; to: number }): Promise<Hour[]> {
    const count = Math.floor(span.to / DAY_MS) - Math.floor(span.from / DAY_MS) + 1;
    const dates = Array.from({ length: count }, (_, day) =>
      new Date(span.from + day * DAY_MS).toISOString().slice(0, 10),
    );
    const start = new Date(span.from).toISOString();
    return this.#ports
      .storeOf(tenantId)
      .hours(segmentOf(resourceId), resourceId, dates)
      .then((hours) => hours.filter(({ hour }) => hour >= start));
  }
}

function daysOf(resourceId: string, hours: readonly Hour[]): DayOfResource[] {
  const byDate = Map.groupBy(hours, ({ hour }) => hour.slice(0, 10));
  return [...byDate].map(([date, ofDate]) => toDay(resourceId, date, ofDate));
}

function startOf(time: number, interval: 'hour' | 'day'): number {
  const step = interval === 'hour' ? HOUR_MS : DAY_MS;
  return Math.floor(time / step) * step;
}

function toPoint({ hour, samples }: Hour): Point {
  return { at: hour, samples };
}

function toDayPoint({ date, metrics }: DayOfResource): Point {
  return { at: `${date}T00:00:00.000Z`, samples: metrics };
}
