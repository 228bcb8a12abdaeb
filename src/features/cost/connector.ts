import type { Connector } from '#features/connectors/index.ts';
import { syncAnomalies } from './anomalies/sync.ts';
import { NOT_SERVED } from './azure.ts';
import { type BudgetSyncPorts, syncBudgets } from './budgets/sync.ts';
import { dayOf } from './days.ts';
import { syncIdle } from './idle/sync.ts';
import { syncNonCompliance, type ViolationsOf } from './nonCompliance/sync.ts';
import { recentCosts } from './recent.ts';
import { type CostSyncPorts, syncCosts } from './sync/costs.ts';

export const SOURCE = 'cost';
export const ROLE = 'Cost Management Reader';

export type CostConnectorPorts = CostSyncPorts & BudgetSyncPorts & { readonly violationsOf: ViolationsOf };

/** Azure Cost Management, and what follows from its costs. Azure renews its numbers about every four hours. */
export function costConnector(ports: CostConnectorPorts): Connector {
  return {
    name: SOURCE,
    title: 'Azure Cost Management',
    role: ROLE,
    everyMinutes: 240,
    off: NOT_SERVED,
    async sync(run) {
      await syncCosts(run, ports);
      await syncBudgets(run, ports);
      const store = ports.storeOf(run.tenantId);
      const inventory = ports.inventoryStoreOf(run.tenantId);
      const recent = await recentCosts(store, run.subscriptionId, dayOf(run.clock.now()));
      await syncAnomalies(run, { store, queues: ports.queues });
      await syncIdle(run, { store, inventory }, recent);
      await syncNonCompliance(run, { store, violationsOf: ports.violationsOf }, recent);
    },
  };
}
