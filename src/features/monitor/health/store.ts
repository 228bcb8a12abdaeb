import { keyOf } from '#features/connectors/index.ts';
import type { Partition, Table, TableDeclaration, Tables } from '#platform/tables.ts';
import { newestFirst } from '../keys.ts';
import type { ServiceEventRecord, Transition } from './record.ts';

export const healthTable: TableDeclaration = {
  name: 'health',
  description: 'How resources are (Resource Health), how that changed, and events of Service Health.',
  keys: 'PartitionKey = tenant|subscription. RowKey = `r|DIGIT HASH` a resource, DIGIT of its state: the unwell stand together, first | `x|TIME HASH` a transition, newest first | `e|DIGIT TIME HASH` an event of Service Health, active ones first | `o|…` outbox.',
};

/** In the order in which they are listed; any other state stands before the last. */
export const STATES = ['Unavailable', 'Degraded', 'Unknown', 'Other', 'Available'] as const;
const OTHER = STATES.indexOf('Other');

/** Health of one tenant's resources. */
export class HealthStore {
  readonly #tenantId: string;
  readonly #table: Table;

  constructor(tenantId: string, tables: Tables) {
    this.#tenantId = tenantId;
    this.#table = tables.open(healthTable);
  }

  partition(subscriptionId: string): Partition {
    return this.#table.forTenant(this.#tenantId, subscriptionId);
  }

  /** Removes transitions before a moment (ISO 8601); returns how many. */
  async forget(subscriptionId: string, before: string): Promise<number> {
    const partition = this.partition(subscriptionId);
    let removed = 0;
    const range = { from: `x|${newestFirst(before)}~`, to: 'x|~', select: [] };
    for await (const rows of partition.pages(range)) {
      await partition.remove(rows.map(({ rowKey }) => rowKey));
      removed += rows.length;
    }
    return removed;
  }
}

export function rankOf(state: string): number {
  const rank = STATES.findIndex((one) => one.toLowerCase() === state.toLowerCase());
  return rank < 0 ? OTHER : rank;
}

export function resourceRowKey(rank: number, resourceId: string): string {
  return `r|${rank}${keyOf(resourceId)}`;
}

export function transitionRowKey({ at, resourceId }: Transition): string {
  return `x|${newestFirst(at)}${keyOf(resourceId)}`;
}

export function isActive({ status }: ServiceEventRecord): boolean {
  return status.toLowerCase() === 'active';
}

export function eventRowKey(event: ServiceEventRecord): string {
  const time = newestFirst(event.startedAt ?? event.updatedAt ?? new Date(0).toISOString());
  return `e|${isActive(event) ? 0 : 1}${time}${keyOf(event.trackingId)}`;
}
