import * as z from 'zod';
import { type InventoryStore, parseResourceId, resourceKey } from '#features/inventory/index.ts';
import type { Clock } from '#platform/clock.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import type { AzureDocument, ResourceManager } from '#platform/resourceManager.ts';
import { retrying } from './retrying.ts';

/** A row of `resourcechanges`, as far as it is used (Resource Graph, "Get resource changes"). */
const FeedRow = z.object({
  resourceId: z.string(),
  at: z.string(),
  changeType: z.string(),
  actor: z.string().nullish(),
  correlationId: z.string().nullish(),
});

export type MissedChange = {
  readonly resourceId: string;
  readonly actor: string | undefined;
  readonly correlationId: string | undefined;
  readonly at: string;
  readonly isDeletion: boolean;
};

/** The feed keeps 14 days. */
const MAX_LOOKBACK_MS = 13 * 86_400_000;

/**
 * Changes that Azure's change feed knows and we do not: those since the feed was last read whose resource we have
 * not written since. Returns them with the time up to which the feed is now read; what lags comes with the next call.
 * @throws AzureError
 */
export async function findMissedChanges(
  subscriptionId: string,
  ports: {
    store: InventoryStore;
    azure: ResourceManager;
    clock: Clock;
    graphLagSeconds: number;
    since: string;
  },
): Promise<{ missed: MissedChange[]; until: string }> {
  const { store, azure, clock, graphLagSeconds } = ports;
  const now = clock.now().getTime();
  const since = new Date(Math.max(Date.parse(ports.since), now - MAX_LOOKBACK_MS)).toISOString();
  const until = new Date(now - graphLagSeconds * 1000).toISOString();
  const query = [
    'resourcechanges',
    'extend at = todatetime(properties.changeAttributes.timestamp)',
    `where at > datetime(${since})`,
    'project id, resourceId = tostring(properties.targetResourceId), at, changeType = tostring(properties.changeType), actor = tostring(properties.changeAttributes.changedBy), correlationId = tostring(properties.changeAttributes.correlationId)',
    'order by at asc, id asc',
  ].join(' | ');
  const latest = new Map<string, MissedChange>();
  let skipToken: string | undefined;
  do {
    const page = await retrying(() => azure.queryGraph({ subscriptionId, query, skipToken }));
    for (const row of page.rows) collect(latest, row);
    skipToken = page.skipToken;
  } while (skipToken !== undefined);
  const changes = [...latest.values()];
  const isKnown = await mapConcurrently(changes, 16, (change) => hasRecorded(store, subscriptionId, change));
  return { missed: changes.filter((_, index) => !isKnown[index]), until: until > since ? until : since };
}

function collect(latest: Map<string, MissedChange>, row: AzureDocument): void {
  const parsed = FeedRow.safeParse(row);
  if (!parsed.success) return;
  const { resourceId, at, actor, correlationId, changeType } = parsed.data;
  if (!parseResourceId(resourceId).type) return;
  latest.set(resourceId.toLowerCase(), {
    resourceId,
    at: new Date(at).toISOString(),
    isDeletion: changeType === 'Delete',
    actor: actor || undefined,
    correlationId: correlationId || undefined,
  });
}

/** Whether we have written the resource since that change, or have what was deleted no more. */
async function hasRecorded(store: InventoryStore, segment: string, change: MissedChange): Promise<boolean> {
  const stored = await store.get(segment, resourceKey(parseResourceId(change.resourceId).id));
  if (!stored) return change.isDeletion;
  return stored.updatedAt >= change.at;
}
