import type { Connector, Connectors } from '#features/connectors/index.ts';
import type { Inventory, InventoryStore } from '#features/inventory/index.ts';
import type { MetricSource } from '#features/metrics/index.ts';
import type { Route } from '#http/route.ts';
import type { AzureOptions } from '#platform/azureClient.ts';
import type { Clock } from '#platform/clock.ts';
import type { Queues } from '#platform/queues.ts';
import type { Tables } from '#platform/tables.ts';

/** What every part of the room is made with. */
export type MonitorPorts = AzureOptions & {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly inventoryStoreOf: (tenantId: string) => InventoryStore;
  readonly inventoryOf: (tenantId: string) => Inventory;
  readonly gapsOf: Connectors['gaps'];
};

/** One part of the room: a source, what is asked of it, what becomes of it. */
export type MonitorPart = {
  readonly connector: Connector;
  readonly routes: readonly Route[];
  readonly metrics: readonly MetricSource[];
  /** Removes what is older than its retention; returns how many rows, by kind. */
  readonly forget: (tenantId: string, subscriptionId: string) => Promise<Record<string, number>>;
};

const DAY_MS = 86_400_000;

/** A moment so many days ago, ISO 8601. */
export function daysAgo(clock: Clock, days: number): string {
  return new Date(clock.now().getTime() - days * DAY_MS).toISOString();
}
