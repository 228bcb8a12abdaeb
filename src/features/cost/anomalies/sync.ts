import { setImmediate } from 'node:timers/promises';
import { fromColumns, RowSync, type SyncRun } from '#features/connectors/index.ts';
import { sweepOutbox } from '#features/events/index.ts';
import { log } from '#platform/log.ts';
import type { Queues } from '#platform/queues.ts';
import type { Row } from '#platform/tables.ts';
import { addDays, addMonths, type Day, dayOf, monthOf } from '../days.ts';
import { toCents } from '../read/sums.ts';
import type { CostStore } from '../store.ts';
import { type Found, Resources, toSeries } from './contributors.ts';
import { detectAnomalies } from './detect.ts';
import { toAnomalyFound } from './events.ts';
import { ANOMALIES, type AnomalyRecord, anomalyRowKey, dayPrefix, SERIES } from './record.ts';

export type AnomalySyncPorts = { readonly queues: Queues; readonly store: CostStore };

/** Charges come up to three days late: what is not all there yet would look as if it cost less. */
const LATE_DAYS = 3;
/** At first the past is judged too: only what is this young is worth an alert. */
const ALERT_DAYS = 10;
/** What began so long ago is still told anew, where costs were restated; older anomalies stay as they are. */
const RENEWED_DAYS = 45;
const KEPT_MONTHS = 13;
const MONTHS_READ = 12;

/**
 * Judges the series of a subscription from what is added up already, and keeps what is found. What people have said
 * of an anomaly stays; AlertTriggered is raised once, in the transaction of the new row.
 */
export async function syncAnomalies(run: SyncRun, { store, queues }: AnomalySyncPorts): Promise<void> {
  const { tenantId, subscriptionId, clock, counts } = run;
  const partition = store.partition(subscriptionId, 'anomalies');
  const now = clock.now();
  const today = dayOf(now);
  const left = await sweepOutbox(partition, now, { queues, tenantId });
  if (left > 0) log.warning('published alerts of costs that a process left behind', { subscriptionId, left });
  const found = await findAnomalies(store, subscriptionId, today);
  const records = await describe(found, { store, subscriptionId, today, foundAt: now.toISOString() });
  const rows = await RowSync.open({
    partition,
    prefix: ANOMALIES,
    keepsColumns: true,
    queues,
    tenantId,
    onCreate: (rowKey, value) => {
      const record = value as AnomalyRecord;
      const isNews = record.day >= addDays(today, -ALERT_DAYS);
      const place = { tenantId, subscriptionId, at: now };
      return { writes: [], events: isNews ? [toAnomalyFound({ record, rowKey }, place)] : [] };
    },
  });
  await rows.write(records.map((value) => ({ rowKey: anomalyRowKey(value), value })));
  await forget(store, subscriptionId, addDays(`${addMonths(monthOf(today), -KEPT_MONTHS)}-01`, 0));
  counts.anomalies = rows.counts.read;
}

/** Anomalies of every series that began lately; the newest days, which are incomplete, are not judged. */
async function findAnomalies(store: CostStore, subscriptionId: string, today: Day): Promise<Found[]> {
  const found: Found[] = [];
  const months = { from: addMonths(monthOf(today), -MONTHS_READ), to: monthOf(today) };
  for (const series of SERIES) {
    const groups = new Map<
      string,
      { group: string; currency: string; rows: Parameters<typeof toSeries>[0] }
    >();
    for await (const page of store.groups(subscriptionId, series, months)) {
      for (const row of page) {
        const key = `${row.group}|${row.currency}`;
        groups.set(key, { ...row, rows: [...(groups.get(key)?.rows ?? []), row] });
      }
    }
    for (const { group, currency, rows } of groups.values()) {
      const anomalies = detectAnomalies(toSeries(rows, addDays(today, -LATE_DAYS)));
      const young = anomalies.filter(({ day }) => day >= addDays(today, -RENEWED_DAYS));
      found.push(...young.map((anomaly) => ({ ...anomaly, series, group, currency })));
      await setImmediate();
    }
  }
  return found;
}

/** With the resources behind each; those of what has not changed are known already, and not looked for again. */
async function describe(
  found: readonly Found[],
  of: { store: CostStore; subscriptionId: string; today: Day; foundAt: string },
): Promise<AnomalyRecord[]> {
  const { store, subscriptionId, today, foundAt } = of;
  const known = new Map<string, AnomalyRecord>();
  const range = { from: ANOMALIES, to: dayPrefix(addDays(today, -RENEWED_DAYS - 1)) };
  for (const row of await store.partition(subscriptionId, 'anomalies').list<Row>(range))
    known.set(row.rowKey, fromColumns<AnomalyRecord>(row));
  const told = found.map((one) => ({ one: rounded(one), before: known.get(anomalyRowKey(one)) }));
  const isSame = ({ one, before }: (typeof told)[number]) =>
    before !== undefined && before.actual === one.actual && before.days === one.days;
  const changed = told.filter((each) => !isSame(each)).map(({ one }) => one);
  const resources = await Resources.read(store, subscriptionId, changed);
  return told.map((each) => {
    const { one, before } = each;
    if (before && isSame(each)) return before;
    return { ...one, foundAt: before?.foundAt ?? foundAt, contributors: resources.behind(one) };
  });
}

function rounded(found: Found): Found {
  const { actual, expected, lower, upper, score } = found;
  return {
    ...found,
    actual: toCents(actual),
    expected: toCents(expected),
    lower: toCents(lower),
    upper: toCents(upper),
    score: Math.round(score * 100) / 100,
  };
}

async function forget(store: CostStore, subscriptionId: string, before: Day): Promise<void> {
  const partition = store.partition(subscriptionId, 'anomalies');
  const range = { from: dayPrefix(addDays(before, -1)), to: `${ANOMALIES}~`, select: [] };
  for await (const rows of partition.pages(range)) await partition.remove(rows.map(({ rowKey }) => rowKey));
}
