import { type Connectors, fromColumns, keyOf, listRows } from '#features/connectors/index.ts';
import { type InventoryStore, segmentOf } from '#features/inventory/index.ts';
import type { Row, StoredRow } from '#platform/tables.ts';
import { newestFirst } from '../keys.ts';
import { isOneOf, toUtc } from '../schema.ts';
import { subscriptionsOf } from '../subscriptions.ts';
import { HEALTH_SOURCE } from './connector.ts';
import type { HealthRecord, ServiceEventRecord, Transition } from './record.ts';
import type {
  HealthTransition,
  ResourceHealthList,
  ResourceHealthQuery,
  ResourceHealthState,
  ServiceHealthEvent,
  ServiceHealthList,
  ServiceHealthQuery,
  TransitionList,
  TransitionsQuery,
} from './schema.ts';
import { type HealthStore, rankOf, resourceRowKey, STATES } from './store.ts';

export type HealthServicePorts = {
  readonly gapsOf: Connectors['gaps'];
  readonly storeOf: (tenantId: string) => HealthStore;
  readonly inventoryStoreOf: (tenantId: string) => InventoryStore;
};
type Listing<T> = {
  readonly range: { readonly from: string; readonly to: string };
  readonly accept: (row: StoredRow<Row>, subscriptionId: string) => T | undefined;
};
type ListQuery = {
  readonly subscriptionId?: readonly string[] | undefined;
  readonly resourceId?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
};

/** Resource Health and Service Health as they were read last. */
export class HealthService {
  readonly #ports: HealthServicePorts;

  constructor(ports: HealthServicePorts) {
    this.#ports = ports;
  }

  /** The unwell first. */
  async resources(tenantId: string, query: ResourceHealthQuery): Promise<ResourceHealthList> {
    if (query.resourceId !== undefined)
      return this.#resource(tenantId, { ...query, resourceId: query.resourceId });
    const ranks = (query.state ?? STATES).map(rankOf).sort();
    return this.#list(tenantId, query, {
      range: { from: `r|${ranks[0]}`, to: `r|${ranks.at(-1)}~` },
      accept: (row, subscriptionId) => accepted(row, { query, subscriptionId }),
    });
  }

  /** Newest first. */
  transitions(tenantId: string, query: TransitionsQuery): Promise<TransitionList> {
    const [from, to] = [toUtc(query.from), toUtc(query.to)];
    const only = query.resourceId === undefined ? undefined : keyOf(query.resourceId);
    return this.#list(tenantId, query, {
      range: {
        from: `x|${to === undefined ? '' : newestFirst(to)}`,
        to: `x|${from === undefined ? '' : newestFirst(from)}~`,
      },
      accept: (row, subscriptionId) => {
        if (only !== undefined && !row.rowKey.endsWith(only)) return undefined;
        const transition = fromColumns<Transition>(row);
        return isOneOf(transition.to, query.state) ? toTransition(transition, subscriptionId) : undefined;
      },
    });
  }

  /** Active events first, then the newest. */
  serviceEvents(tenantId: string, query: ServiceHealthQuery): Promise<ServiceHealthList> {
    return this.#list(tenantId, query, {
      range: { from: 'e|', to: 'e|~' },
      accept: (row, subscriptionId) => {
        const event = fromColumns<ServiceEventRecord>(row);
        return matches(event, query) ? toServiceHealthEvent(event, subscriptionId) : undefined;
      },
    });
  }

  /** Its row stands under its state: one look for each that there may be. */
  async #resource(
    tenantId: string,
    query: ResourceHealthQuery & { readonly resourceId: string },
  ): Promise<ResourceHealthList> {
    const { resourceId } = query;
    const subscriptions = await subscriptionsOf(this.#ports.inventoryStoreOf(tenantId), query);
    const subscriptionId = segmentOf(resourceId);
    const partition = this.#ports.storeOf(tenantId).partition(subscriptionId);
    const isSeen = subscriptions.includes(subscriptionId);
    const rows = await Promise.all(
      isSeen ? STATES.map((_, rank) => partition.get<Row>(resourceRowKey(rank, resourceId))) : [],
    );
    const data = rows.flatMap((row) => (row && accepted(row, { query, subscriptionId })) ?? []);
    const gaps = await this.#ports.gapsOf(tenantId, HEALTH_SOURCE, subscriptions);
    return { data, nextCursor: null, gaps };
  }

  async #list<T>(tenantId: string, query: ListQuery, { range, accept }: Listing<T>) {
    const subscriptions = await subscriptionsOf(this.#ports.inventoryStoreOf(tenantId), query);
    const store = this.#ports.storeOf(tenantId);
    const [page, gaps] = await Promise.all([
      listRows(
        subscriptions.map((name) => ({ name, partition: store.partition(name) })),
        { ...query, range, accept: (row, { name }) => accept(row, name) },
      ),
      this.#ports.gapsOf(tenantId, HEALTH_SOURCE, subscriptions),
    ]);
    return { data: page.items, nextCursor: page.nextCursor, gaps };
  }
}

function accepted(
  row: StoredRow<Row>,
  { query, subscriptionId }: { query: ResourceHealthQuery; subscriptionId: string },
): ResourceHealthState | undefined {
  const record = fromColumns<HealthRecord>(row);
  const isWanted = isOneOf(record.state, query.state) && isOneOf(record.reason ?? '', query.reason);
  if (!isWanted) return undefined;
  const { resourceId, expectedResolution, recommendedActions, ...rest } = record;
  return {
    ...rest,
    resource_id: resourceId,
    subscription_id: subscriptionId,
    expected_resolution: expectedResolution,
    recommended_actions: [...recommendedActions],
  };
}

function toTransition({ resourceId, ...rest }: Transition, subscriptionId: string): HealthTransition {
  return { ...rest, resource_id: resourceId, subscription_id: subscriptionId };
}

function matches(event: ServiceEventRecord, query: ServiceHealthQuery): boolean {
  const { region, service } = query;
  const plain = (text: string) => text.toLowerCase().replaceAll(' ', '');
  return (
    isOneOf(event.type, query.type) &&
    isOneOf(event.status, query.status) &&
    (region === undefined ||
      event.impact.some(({ regions }) => regions.some((one) => plain(one) === plain(region)))) &&
    (service === undefined ||
      event.impact.some((one) => one.service.toLowerCase().includes(service.toLowerCase())))
  );
}

function toServiceHealthEvent(event: ServiceEventRecord, subscriptionId: string): ServiceHealthEvent {
  const { trackingId, startedAt, mitigatedAt, updatedAt, impact, ...rest } = event;
  return {
    ...rest,
    tracking_id: trackingId,
    subscription_id: subscriptionId,
    started_at: startedAt,
    mitigated_at: mitigatedAt,
    updated_at: updatedAt,
    impact: impact.map(({ service, regions }) => ({ service, regions: [...regions] })),
  };
}
