import type { Connector } from '#features/connectors/index.ts';
import { NOT_SERVED } from './azure.ts';
import { type BudgetSyncPorts, syncBudgets } from './budgets/sync.ts';
import { type CostSyncPorts, syncCosts } from './sync/costs.ts';

export const SOURCE = 'cost';
export const ROLE = 'Cost Management Reader';

/** Azure Cost Management. Azure renews its numbers about every four hours. */
export function costConnector(ports: CostSyncPorts & BudgetSyncPorts): Connector {
  return {
    name: SOURCE,
    title: 'Azure Cost Management',
    role: ROLE,
    everyMinutes: 240,
    off: NOT_SERVED,
    async sync(run) {
      await syncCosts(run, ports);
      await syncBudgets(run, ports);
    },
  };
}
