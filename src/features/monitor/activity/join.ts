import type { InventoryStore } from '#features/inventory/index.ts';
import { Attributor, type ObservedChange, WINDOW_MS } from './attribution.ts';
import type { ChangeKey, StoredAttributions } from './attributions.ts';
import type { ActivityRecord } from './record.ts';
import type { ActivityStore } from './store.ts';

export type JoinPorts = {
  readonly store: ActivityStore;
  readonly attributions: StoredAttributions;
  readonly inventory: InventoryStore;
};
type Span = { readonly from: Date; readonly to: Date };
type Unattributed = ChangeKey & { readonly change: ObservedChange };

/** Commits that are read at a time. */
const BLOCK = 50;

/**
 * Names who made the changes that were recorded in a span without an actor, from the entries that are kept. Done
 * again, it writes nothing, unless entries have come that tell otherwise. Costs a query a thousand entries and the
 * log of the span; the log itself stays as it is. Returns for how many changes it said something new.
 */
export async function joinToHistory(segment: string, span: Span, ports: JoinPorts): Promise<number> {
  const from = new Date(span.from.getTime() - WINDOW_MS).toISOString();
  const to = new Date(span.to.getTime() + WINDOW_MS).toISOString();
  const records: ActivityRecord[] = [];
  for await (const page of ports.store.between(segment, { from, to })) records.push(...page);
  if (records.length === 0) return 0;
  const attributor = new Attributor(records);
  const changes = await unattributed(segment, { from, to }, { attributor, inventory: ports.inventory });
  return ports.attributions.set(
    segment,
    changes
      .filter(({ at }) => at >= span.from.toISOString())
      .map(({ change, ...place }) => ({ ...place, attribution: attributor.attribute(change) })),
  );
}

/** Changes of Azure's resources that name nobody, of resources that some entry concerns. */
async function unattributed(
  segment: string,
  { from, to }: { from: string; to: string },
  { attributor, inventory }: { attributor: Attributor; inventory: InventoryStore },
): Promise<Unattributed[]> {
  const found: Unattributed[] = [];
  const latest = new Map<string, string>();
  const [first, end] = await Promise.all([
    inventory.firstCommitAt(segment, from),
    inventory.firstCommitAt(segment, to),
  ]);
  for (let seq = first; seq < end; seq += BLOCK) {
    for (const commit of await inventory.commitsBetween(segment, seq, Math.min(seq + BLOCK, end))) {
      for (const { kind, entry, changedPaths, cause } of commit.changes) {
        if (!attributor.concerns(entry.id)) continue;
        const previousAt = latest.get(entry.key);
        latest.set(entry.key, commit.at);
        if (cause.actor !== undefined || cause.by === 'api') continue;
        const correlationId = cause.by === 'sync' ? undefined : cause.correlationId;
        const change = { id: entry.id, kind, at: commit.at, previousAt, changedPaths, correlationId };
        found.push({ seq: commit.seq, key: entry.key, at: commit.at, change });
      }
    }
  }
  return found;
}
