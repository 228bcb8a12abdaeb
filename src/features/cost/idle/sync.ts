import { fromColumns, RowSync, type SyncRun } from '#features/connectors/index.ts';
import type { InventoryStore } from '#features/inventory/index.ts';
import type { Row } from '#platform/tables.ts';
import type { Money, RecentCosts } from '../recent.ts';
import type { CostStore } from '../store.ts';
import { type IdleDocument, type IdleRuleName, judgeIdle } from './rules.ts';

/** A resource that costs and does nothing: a row. */
export type IdleRecord = {
  readonly resourceId: string;
  readonly type: string;
  readonly location: string;
  readonly rule: IdleRuleName;
  readonly reason: string;
  /** When it was found so first, ISO 8601. */
  readonly since: string;
  /** Of thirty days; none where Cost Management has told nothing of it. */
  readonly costs: readonly Money[];
  readonly from: string;
  readonly to: string;
};

type IdlePorts = { readonly store: CostStore; readonly inventory: InventoryStore };

/** Looks through the documents of a subscription, a storage page at a time, and keeps which are idle. */
export async function syncIdle(
  run: SyncRun,
  { store, inventory }: IdlePorts,
  recent: RecentCosts,
): Promise<void> {
  const { subscriptionId, clock, counts } = run;
  const partition = store.partition(subscriptionId, 'idle');
  const known = new Map<string, IdleRecord>();
  for await (const page of partition.pages<Row>())
    for (const row of page) known.set(row.rowKey, fromColumns<IdleRecord>(row));
  const rows = await RowSync.open({ partition });
  const now = clock.now().toISOString();
  for await (const page of inventory.resources(subscriptionId)) {
    const found = page.flatMap(({ key, id, location, json }) => {
      const document = JSON.parse(json) as IdleDocument;
      const judged = judgeIdle(document);
      if (!judged) return [];
      const before = known.get(key);
      const since = before?.rule === judged.rule ? before.since : now;
      const costs = recent.byKey.get(key) ?? [];
      const { from, to } = recent;
      const value: IdleRecord = {
        resourceId: id,
        type: document.type,
        location,
        ...judged,
        since,
        costs,
        from,
        to,
      };
      return [{ rowKey: key, value }];
    });
    await rows.write(found);
  }
  await rows.finish();
  counts.idle = rows.counts.read;
}
