import { type Connectors, fromColumns, listRows } from '#features/connectors/index.ts';
import type { InventoryStore } from '#features/inventory/index.ts';
import { isOneOf, toUtc } from '../schema.ts';
import { subscriptionsOf } from '../subscriptions.ts';
import { ACTIVITY_SOURCE } from './connector.ts';
import type { ActivityRecord } from './record.ts';
import type { Activity, ActivityList, ActivityQuery } from './schema.ts';
import { type ActivityStore, rangeOf } from './store.ts';

export type ActivityServicePorts = {
  readonly gapsOf: Connectors['gaps'];
  readonly storeOf: (tenantId: string) => ActivityStore;
  readonly inventoryStoreOf: (tenantId: string) => InventoryStore;
};

/** The activity log as it was read last, newest first. */
export class ActivityService {
  readonly #ports: ActivityServicePorts;

  constructor(ports: ActivityServicePorts) {
    this.#ports = ports;
  }

  async list(tenantId: string, query: ActivityQuery): Promise<ActivityList> {
    const subscriptions = await subscriptionsOf(this.#ports.inventoryStoreOf(tenantId), query);
    const store = this.#ports.storeOf(tenantId);
    const [page, gaps] = await Promise.all([
      listRows(
        subscriptions.map((name) => ({ name, partition: store.partition(name) })),
        {
          ...query,
          range: rangeOf(toUtc(query.from), toUtc(query.to), query.resourceId),
          accept: (row, { name }) => {
            const record = fromColumns<ActivityRecord>(row);
            return matches(record, query) ? toView(record, name) : undefined;
          },
        },
      ),
      this.#ports.gapsOf(tenantId, ACTIVITY_SOURCE, subscriptions),
    ]);
    return { data: page.items, nextCursor: page.nextCursor, gaps };
  }
}

function matches(record: ActivityRecord, query: ActivityQuery): boolean {
  const { caller, operation, category, status, correlationId } = query;
  return (
    (caller === undefined || holds(record.caller, caller) || holds(record.actor, caller)) &&
    (operation === undefined || record.operation.toLowerCase().startsWith(operation.toLowerCase())) &&
    isOneOf(record.category, category) &&
    isOneOf(record.status, status) &&
    (correlationId === undefined || record.correlationId?.toLowerCase() === correlationId.toLowerCase())
  );
}

function holds(text: string | null, part: string): boolean {
  return text?.toLowerCase().includes(part.toLowerCase()) ?? false;
}

function toView(record: ActivityRecord, subscriptionId: string): Activity {
  const { submittedAt, title, subStatus, resourceId, correlationId, clientIp, ...rest } = record;
  return {
    ...rest,
    submitted_at: submittedAt,
    operation_name: title,
    sub_status: subStatus,
    resource_id: resourceId,
    subscription_id: subscriptionId,
    correlation_id: correlationId,
    client_ip: clientIp,
  };
}
