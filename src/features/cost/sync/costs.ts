import { RowSync, type SyncRun } from '#features/connectors/index.ts';
import { type InventoryStore, resourceKey } from '#features/inventory/index.ts';
import { AzureError } from '#platform/azureClient.ts';
import type { CostExports } from '#platform/costExports.ts';
import type { CostManagement } from '#platform/costManagement.ts';
import { QueryPage } from '../azure.ts';
import { addDays, addMonths, dayOf, firstDay, lastDay, type Month, monthOf, monthsBetween } from '../days.ts';
import { newestOf } from '../exports/choose.ts';
import { exportRuns, readExport } from '../exports/read.ts';
import { type CostLine, linesOf, type Metric, queryOf } from '../lines.ts';
import { GROUPINGS, MonthCosts, type ResourceFacts } from '../monthCosts.ts';
import { type CostStore, groupPrefix, rowKeys } from '../store.ts';

export type CostSyncPorts = {
  readonly azure: CostManagement;
  /** Read in the place of queries, where it is set. */
  readonly exports?: CostExports | undefined;
  readonly storeOf: (tenantId: string) => CostStore;
  readonly inventoryStoreOf: (tenantId: string) => InventoryStore;
  readonly metric: Metric;
  /** Months before the current one that are read at first. */
  readonly historyMonths: number;
};

export const SCOPE = 'costs';
/**
 * A month is settled by then: charges come up to three days late, and a bill is closed within five days
 * ("Understand Cost Management data", cost and usage data updates and retention).
 */
export const SETTLED_AFTER_DAYS = 6;
const KEPT_MONTHS = 13;

/** Reads every month that is not settled, each as a whole, and writes what changed. Returns whether all were read. */
export async function syncCosts(run: SyncRun, ports: CostSyncPorts): Promise<boolean> {
  const today = dayOf(run.clock.now());
  const months = unsettled(run.cursors, monthOf(today), ports.historyMonths);
  await ports.storeOf(run.tenantId).forget(run.subscriptionId, addMonths(monthOf(today), -KEPT_MONTHS));
  if (ports.exports) return syncExports(run, { ...ports, exports: ports.exports }, months);
  for (const month of months) {
    const costs = await run.part(SCOPE, () => readMonth(run, ports.azure, queryOf(ports.metric, month)));
    if (!costs) return false;
    await writeMonth(run, ports, costs);
    run.cursors[cursorOf(month)] = run.clock.now().toISOString();
  }
  return true;
}

/** A run of an export is read once; a month that none has stays as it is. */
async function syncExports(
  run: SyncRun,
  ports: CostSyncPorts & { readonly exports: CostExports },
  months: readonly Month[],
): Promise<boolean> {
  const { exports, metric } = ports;
  const runs = await run.part(SCOPE, () => exportRuns(run, exports, metric));
  if (!runs) return false;
  for (const month of months) {
    const of = newestOf(runs, month);
    if (!of || run.cursors[`export:${month}`] === of.id) continue;
    const costs = await run.part(SCOPE, () => readExport(run, { exports, metric, of, month }));
    if (!costs) return false;
    await writeMonth(run, ports, costs);
    run.cursors[`export:${month}`] = of.id;
    if (of.to >= lastDay(month)) run.cursors[cursorOf(month)] = of.submitted;
  }
  return true;
}

/** Newest first, so that a first read that is cut short has what matters most. */
function unsettled(cursors: Readonly<Record<string, string>>, current: Month, history: number): Month[] {
  return monthsBetween(addMonths(current, -history), current)
    .filter((month) => {
      const settledOn = addDays(firstDay(addMonths(month, 1)), SETTLED_AFTER_DAYS);
      return (cursors[cursorOf(month)] ?? '') < settledOn;
    })
    .reverse();
}

function cursorOf(month: Month): string {
  return `month:${month}`;
}

async function readMonth(
  run: SyncRun,
  azure: CostManagement,
  query: ReturnType<typeof queryOf>,
): Promise<MonthCosts> {
  const costs = new MonthCosts(query.timePeriod.from.slice(0, 7));
  let malformed = 0;
  for await (const document of azure.query(run.subscriptionId, query)) {
    const read = linesIn(document);
    for (const line of read.lines) costs.add(line);
    malformed += read.malformed;
  }
  if (malformed > 0)
    run.malformed(SCOPE, `${malformed} rows left out, since cost, date or currency is not as documented`);
  return costs;
}

/** No content stands for no costs. @throws AzureError where the answer is not as documented */
function linesIn(document: unknown): { lines: CostLine[]; malformed: number } {
  const { properties } = document as { properties?: unknown };
  if (properties === undefined) return { lines: [], malformed: 0 };
  try {
    return linesOf(QueryPage.parse(document));
  } catch (cause) {
    const reason = cause instanceof TypeError ? cause.message : 'columns and rows are missing';
    throw new AzureError('badRequest', `the answer is not as documented: ${reason}`, { cause });
  }
}

/** Makes the rows of a month what was read of it. */
export async function writeMonth(run: SyncRun, ports: CostSyncPorts, costs: MonthCosts): Promise<void> {
  const { subscriptionId } = run;
  const store = ports.storeOf(run.tenantId);
  const { month } = costs;
  const resources = costs.resources(await factsOf(run, ports));
  const rows = await RowSync.open({
    partition: store.partition(subscriptionId, 'resources'),
    prefix: `${month}|`,
  });
  await rows.write(resources.map((value) => ({ rowKey: rowKeys.resource(month, value), value })));
  await rows.finish();
  const groups = costs.groups(subscriptionId, resources);
  for (const grouping of GROUPINGS) {
    const partition = store.partition(subscriptionId, 'groups');
    const sync = await RowSync.open({ partition, prefix: groupPrefix(grouping, month) });
    const own = groups.filter((group) => group.grouping === grouping);
    await sync.write(own.map((value) => ({ rowKey: rowKeys.group(month, value), value })));
    await sync.finish();
    add(run, { written: sync.counts.written });
  }
  add(run, { resource_months: rows.counts.read, written: rows.counts.written, months: 1 });
}

async function factsOf(
  { tenantId, subscriptionId }: SyncRun,
  { inventoryStoreOf }: CostSyncPorts,
): Promise<(id: string) => ResourceFacts | undefined> {
  const { entries } = await inventoryStoreOf(tenantId).entries(subscriptionId);
  return (id) => {
    const entry = entries.get(resourceKey(id));
    return entry && { location: entry.location, tags: entry.tags };
  };
}

function add({ counts }: SyncRun, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) counts[name] = (counts[name] ?? 0) + count;
}
