import type { Connector, SyncRun } from '#features/connectors/index.ts';
import { parseResourceId } from '#features/inventory/index.ts';
import { AzureError } from '#platform/azureClient.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { MAX_BATCH_RESOURCES, type ResourceMetrics } from '#platform/resourceMetrics.ts';
import { MetricsAnswer } from './azure.ts';
import { type MetricDefinition, metricsOf } from './catalogue.ts';
import { aggregationsOf, hoursOf, resourceOf } from './sample.ts';
import type { HourOfResource, ResourceMetricStore } from './store.ts';

export type ResourceMetricsPorts = {
  readonly resourceMetrics: Pick<ResourceMetrics, 'query'>;
  readonly storeOf: (tenantId: string) => Pick<ResourceMetricStore, 'add'>;
  readonly inventoryStoreOf: (tenantId: string) => MeasuredInventory;
  readonly types: readonly string[];
};

/** What is asked of the inventory: which resources there are, and where. */
type MeasuredInventory = {
  entries(segment: string): Promise<{
    readonly entries: ReadonlyMap<
      string,
      { readonly id: string; readonly location: string; readonly source: string }
    >;
  }>;
};

export const METRICS_SOURCE = 'resource_metrics';
const HOUR_MS = 3_600_000;
/** Values of an hour may still change shortly after it. */
const OVERLAP_MS = 2 * HOUR_MS;
const FIRST_READ_MS = 7 * 24 * HOUR_MS;
const CALLS_AT_A_TIME = 4;
/** Calls that a run makes more, to find which resource Azure does not know. */
const MAX_SPLITS = 60;
const BEHIND = 'behind|';

/** Metrics of the chosen types, whole hours, by batch query: 50 resources of one region and type a call. */
export function metricsConnector(ports: ResourceMetricsPorts): Connector {
  return {
    name: METRICS_SOURCE,
    title: 'Azure Monitor metrics',
    role: 'Monitoring Reader',
    everyMinutes: 60,
    sync: (run) => new MetricsRun(run, ports).sync(),
  };
}

type Group = { readonly type: string; readonly region: string; readonly ids: readonly string[] };

class MetricsRun {
  readonly #run: SyncRun;
  readonly #ports: ResourceMetricsPorts;
  /** Start of the hour that is not over. */
  readonly #until: number;
  /** Regions that did not answer: other types are not waited for there. */
  readonly #silent = new Set<string>();
  #isRefused = false;
  #splits = 0;
  #faulty = 0;
  #fault = '';

  constructor(run: SyncRun, ports: ResourceMetricsPorts) {
    this.#run = run;
    this.#ports = ports;
    this.#until = Math.floor(run.clock.now().getTime() / HOUR_MS) * HOUR_MS;
    Object.assign(run.counts, { resources: 0, calls: 0, hours: 0, unknown: 0 });
  }

  async sync(): Promise<void> {
    const { cursors } = this.#run;
    const since = cursors.until === undefined ? this.#until - FIRST_READ_MS : Date.parse(cursors.until);
    const groups = Map.groupBy(await this.#groups(), ({ type }) => type);
    for (const [type, ofType] of groups) {
      // Permission is of the whole subscription.
      if (this.#isRefused) break;
      await this.#run.part(type, () => this.#readType(ofType, since));
    }
    if (!this.#isRefused) cursors.until = new Date(this.#until).toISOString();
    if (this.#faulty > 0)
      this.#run.malformed('metrics', `${this.#faulty} not given; the first: ${this.#fault}`);
  }

  /** The resources that are measured, by type and region. */
  async #groups(): Promise<Group[]> {
    const { tenantId, subscriptionId } = this.#run;
    const wanted = new Map(this.#ports.types.map((type) => [type.toLowerCase(), type]));
    const { entries } = await this.#ports.inventoryStoreOf(tenantId).entries(subscriptionId);
    const places = [...entries.values()].flatMap(({ id, source, location }) => {
      const type = wanted.get(parseResourceId(id).type?.toLowerCase() ?? '');
      return type && source === 'azure' ? [{ type, region: regionOf(location), id }] : [];
    });
    return [...Map.groupBy(places, ({ type, region }) => `${type}|${region}`).values()].flatMap((members) => {
      const [first] = members;
      return first ? [{ type: first.type, region: first.region, ids: members.map(({ id }) => id) }] : [];
    });
  }

  /** Reads every region; one that fails is remembered, so that it goes on from there. @throws AzureError the first */
  async #readType(groups: readonly Group[], since: number): Promise<void> {
    const { cursors } = this.#run;
    let failure: AzureError | undefined;
    for (const group of groups) {
      const place = `${BEHIND}${group.type}|${group.region}`;
      const behind = cursors[place] === undefined ? since : Date.parse(cursors[place]);
      const from = Math.max(behind - OVERLAP_MS, this.#until - FIRST_READ_MS);
      cursors[place] = new Date(behind).toISOString();
      if (this.#silent.has(group.region)) continue;
      try {
        await this.#readGroup(group, from);
        delete cursors[place];
      } catch (error) {
        if (!(error instanceof AzureError)) throw error;
        failure ??= error;
        this.#isRefused ||= error.kind === 'refused';
        if (this.#isRefused) break;
        if (error.kind === 'unavailable') this.#silent.add(group.region);
      }
    }
    if (failure) throw failure;
  }

  async #readGroup({ type, region, ids }: Group, from: number): Promise<void> {
    const batches = Array.from({ length: Math.ceil(ids.length / MAX_BATCH_RESOURCES) }, (_, index) =>
      ids.slice(index * MAX_BATCH_RESOURCES, (index + 1) * MAX_BATCH_RESOURCES),
    );
    const { tenantId, subscriptionId, counts } = this.#run;
    const store = this.#ports.storeOf(tenantId);
    await mapConcurrently(batches, CALLS_AT_A_TIME, async (batch) => {
      const hours = await this.#query({ type, region, ids: batch }, from);
      await store.add(subscriptionId, hours);
      counts.resources = (counts.resources ?? 0) + batch.length;
      counts.hours = (counts.hours ?? 0) + hours.length;
    });
  }

  /** A resource that is gone by now fails its whole batch: it is found by halving. */
  async #query(group: Group, from: number): Promise<HourOfResource[]> {
    const { type, region, ids } = group;
    const { counts } = this.#run;
    const definitions = metricsOf(type);
    counts.calls = (counts.calls ?? 0) + 1;
    try {
      const answer = await this.#ports.resourceMetrics.query({
        resourceIds: ids,
        region,
        namespace: type,
        metricNames: definitions.map(({ name }) => name),
        aggregations: aggregationsOf(definitions),
        from: new Date(from),
        to: new Date(this.#until),
      });
      return this.#toHours(MetricsAnswer.parse(answer), definitions);
    } catch (error) {
      const isOfOne = error instanceof AzureError && error.kind === 'notFound';
      if (!isOfOne || this.#splits >= MAX_SPLITS) throw error;
      if (ids.length === 1) {
        counts.unknown = (counts.unknown ?? 0) + 1;
        return [];
      }
      this.#splits += 1;
      const middle = ids.length >>> 1;
      const halves = [ids.slice(0, middle), ids.slice(middle)];
      return (await Promise.all(halves.map((half) => this.#query({ ...group, ids: half }, from)))).flat();
    }
  }

  #toHours({ values }: MetricsAnswer, definitions: readonly MetricDefinition[]): HourOfResource[] {
    return values.flatMap((result) => {
      for (const { name, errorCode, errorMessage } of result.value) {
        if (errorCode === undefined || errorCode.toLowerCase() === 'success') continue;
        this.#faulty += 1;
        this.#fault ||= [name.value, errorCode, errorMessage].filter(Boolean).join(': ');
      }
      const resourceId = resourceOf(result);
      if (resourceId === undefined) return [];
      return [...hoursOf(result, definitions)].map(([hour, samples]) => ({ resourceId, hour, samples }));
    });
  }
}

/** `West Europe` → `westeurope`: the name that endpoints have. */
function regionOf(location: string): string {
  return location.replaceAll(' ', '').toLowerCase() || 'global';
}
