import { hash } from 'node:crypto';
import { keyOf, RowSync, type SyncRun } from '#features/connectors/index.ts';
import { sweepOutbox } from '#features/events/index.ts';
import type { CostManagement } from '#platform/costManagement.ts';
import { log } from '#platform/log.ts';
import type { Queues } from '#platform/queues.ts';
import { AzureBudget } from '../azure.ts';
import type { CostStore } from '../store.ts';
import { toCrossed } from './events.ts';
import { type BudgetRecord, type Threshold, toBudget } from './record.ts';

export type BudgetSyncPorts = {
  readonly azure: CostManagement;
  readonly queues: Queues;
  readonly storeOf: (tenantId: string) => CostStore;
};

export const BUDGETS = 'b|';
/** What was told: `t|PERIOD|HASH`. */
const TOLD = 't|';
const SCOPE = 'budgets';
/** What was told of periods before is forgotten. */
const TOLD_YEARS = 2;

/** Reads the budgets of a subscription; each threshold that is crossed raises AlertTriggered once a period. */
export async function syncBudgets(run: SyncRun, ports: BudgetSyncPorts): Promise<void> {
  const { tenantId, subscriptionId, clock } = run;
  const partition = ports.storeOf(tenantId).partition(subscriptionId, 'budgets');
  const now = clock.now();
  const left = await sweepOutbox(partition, now, { queues: ports.queues, tenantId });
  if (left > 0)
    log.warning('published alerts of budgets that a process left behind', { subscriptionId, left });
  const rows = await RowSync.open({ partition, prefix: BUDGETS });
  const told = await RowSync.open({
    partition,
    prefix: TOLD,
    queues: ports.queues,
    tenantId,
    onCreate: (_, value) => ({
      writes: [],
      events: [toCrossed(value as Crossing, { tenantId, subscriptionId, at: now })],
    }),
  });
  let wrong = 0;
  const isRead = await run.part(SCOPE, async () => {
    for await (const page of ports.azure.budgets(subscriptionId)) {
      const budgets = page.flatMap((document) => {
        const { data } = AzureBudget.safeParse(document);
        return data ? [toBudget(data, now)] : [];
      });
      wrong += page.length - budgets.length;
      await rows.write(budgets.map((value) => ({ rowKey: `${BUDGETS}${keyOf(value.id)}`, value })));
      await told.write(budgets.flatMap(crossings).map((value) => ({ rowKey: toldKey(value), value })));
    }
    return true;
  });
  if (isRead) await rows.finish();
  if (wrong > 0) run.malformed(SCOPE, `${wrong} left out, since they have no id`);
  const before = `${TOLD}${now.getUTCFullYear() - TOLD_YEARS}`;
  await partition.remove((await partition.list({ from: TOLD, to: before })).map(({ rowKey }) => rowKey));
  Object.assign(run.counts, { budgets: rows.counts.read, budgets_crossed: told.counts.read });
}

type Crossing = { readonly budget: BudgetRecord; readonly threshold: Threshold };

function crossings(budget: BudgetRecord): Crossing[] {
  return budget.thresholds.filter(({ isCrossed }) => isCrossed).map((threshold) => ({ budget, threshold }));
}

function toldKey({ budget: { id, periodStart }, threshold: { type, percent } }: Crossing): string {
  const name = `${id.toLowerCase()}|${type.toLowerCase()}|${percent}`;
  return `${TOLD}${periodStart ?? '9999-12-31'}|${hash('sha256', name).slice(0, 32)}`;
}
