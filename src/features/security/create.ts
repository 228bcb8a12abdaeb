import type { Connector, Connectors } from '#features/connectors/index.ts';
import { sweepOutbox } from '#features/events/index.ts';
import { type Inventory, type InventoryStore, ownerOf } from '#features/inventory/index.ts';
import type { MetricSource } from '#features/metrics/index.ts';
import type { Route } from '#http/route.ts';
import type { AzureOptions } from '#platform/azureClient.ts';
import type { Clock } from '#platform/clock.ts';
import type { AzureCredential } from '#platform/credential.ts';
import { Defender } from '#platform/defender.ts';
import type { Queues } from '#platform/queues.ts';
import type { Tables } from '#platform/tables.ts';
import { complianceProcessor } from './alerts/compliance.ts';
import { policyViolationProcessor, type ViolationsOf } from './alerts/policyViolation.ts';
import { AlertProcessing } from './alerts/processing.ts';
import type { AlertProcessor } from './alerts/processor.ts';
import { recentChanges } from './alerts/recentChanges.ts';
import { securityProcessor } from './alerts/security.ts';
import { AlertStatus } from './alerts/status.ts';
import { defenderConnector } from './connector.ts';
import { SecurityExport } from './exported/service.ts';
import { securitySource } from './metricSource.ts';
import { securityRoutes } from './routes.ts';
import { Security } from './service.ts';
import { SecurityStore } from './store.ts';

export type SecurityOptions = AzureOptions & {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly clock: Clock;
  /** Identity that may write to the estate; undefined: nothing is written. */
  readonly writer: AzureCredential | undefined;
  readonly inventoryStoreOf: (tenantId: string) => InventoryStore;
  readonly inventoryOf: (tenantId: string) => Inventory;
  readonly violationsOf: ViolationsOf;
  readonly connectors: () => Connectors;
  readonly estateTenantId: string;
  /** Whether continuous export sends what changes. */
  readonly isExported: boolean;
  /** Beside those that are always there. */
  readonly processors?: readonly AlertProcessor[];
};

/** The room of security: its source, what it makes of alerts, its routes. */
export function createSecurity(options: SecurityOptions): {
  connector: Connector;
  alerts: AlertProcessing;
  exported: SecurityExport;
  routes: Route[];
  metrics: MetricSource;
  sweep: (tenantId: string, before: Date) => Promise<number>;
} {
  const { endpoint, credential, queues, clock, tables, inventoryOf, inventoryStoreOf } = options;
  const { connectors, estateTenantId, isExported } = options;
  const stores = new Map<string, SecurityStore>();
  const storeOf = (tenantId: string) => {
    const store = stores.get(tenantId) ?? new SecurityStore(tenantId, tables);
    stores.set(tenantId, store);
    return store;
  };
  const processors = [
    complianceProcessor(storeOf),
    securityProcessor(storeOf, recentChanges(inventoryOf)),
    policyViolationProcessor(options.violationsOf),
    ...(options.processors ?? []),
  ];
  const writer = options.writer && new Defender({ endpoint, credential: options.writer });
  const security = new Security({
    gapsOf: (...query) => connectors().gaps(...query),
    clock,
    storeOf,
    inventoryStoreOf,
  });

  /** Publishes events that a process left behind; returns how many rows these were. */
  async function sweep(tenantId: string, before: Date): Promise<number> {
    let swept = 0;
    for (const { segment, state } of await inventoryStoreOf(tenantId).segments.list()) {
      if (state === undefined) continue;
      const partition = storeOf(tenantId).partition(segment, 'alerts');
      swept += await sweepOutbox(partition, before, { queues, tenantId });
    }
    return swept;
  }

  return {
    connector: defenderConnector({
      defender: new Defender({ endpoint, credential }),
      queues,
      storeOf,
      isExported,
    }),
    alerts: new AlertProcessing({ queues, clock, storeOf, processors }),
    exported: new SecurityExport({
      queues,
      clock,
      connectors,
      storeOf,
      estateTenantId,
      tenantOf: (subscriptionId) => ownerOf(tables, subscriptionId),
    }),
    routes: securityRoutes({ security, status: new AlertStatus({ storeOf, writer, clock }) }),
    metrics: securitySource(storeOf),
    sweep,
  };
}
