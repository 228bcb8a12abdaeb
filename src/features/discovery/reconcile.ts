import { hash } from 'node:crypto';
import {
  type CanonicalDocument,
  type Cause,
  type Change,
  canonicalize,
  type InventoryStore,
  parseResourceId,
  type ResourceEntry,
  resourceKey,
  type StaleScopes,
  toResourceDocument,
  type WriteResult,
} from '#features/inventory/index.ts';
import type { Clock } from '#platform/clock.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { messageOf } from '#platform/failure.ts';
import { correlationId, log } from '#platform/log.ts';
import { type AzureDocument, AzureError, type ResourceManager } from '#platform/resourceManager.ts';
import { traceparent } from '#platform/telemetry.ts';
import type { ApiVersions } from './apiVersions.ts';
import type { EstateReader } from './estateReader.ts';
import { refreshResource } from './refresh.ts';
import { retrying } from './retrying.ts';

type Put = Extract<Change, { kind: 'put' }>;

/** What a subscription's sync has done so far. */
type SyncProgress = { pages: number; resources: number; changed: number; deleted: number };
export type ScopeProblem = { readonly scope: string; readonly reason: string };

type Candidate = {
  readonly canonical: CanonicalDocument;
  readonly apiVersion: string | undefined;
  readonly rowHash: string | undefined;
  readonly known: ResourceEntry | undefined;
};

export type ReconcilePorts = {
  readonly store: InventoryStore;
  readonly azure: ResourceManager;
  readonly apiVersions: ApiVersions;
  readonly reader: EstateReader;
  readonly clock: Clock;
  readonly graphLagSeconds: number;
};

const CONFIRM_CONCURRENCY = 16;
/** Fewer commits are read again faster than a snapshot is written. */
const SNAPSHOT_COMMITS = 20;

/**
 * Makes our copy of a subscription what Azure says it is. Only what differs is written. What was not read is
 * never taken for deleted: a scope that cannot be read turns stale, and what is missing from Resource Graph is
 * deleted only once Resource Manager says that it does not exist.
 */
export class Reconciliation {
  readonly progress: SyncProgress = { pages: 0, resources: 0, changed: 0, deleted: 0 };
  readonly problems: ScopeProblem[] = [];
  readonly #subscriptionId: string;
  readonly #ports: ReconcilePorts;
  readonly #cause: Cause = { by: 'sync', correlationId: correlationId(), traceparent: traceparent() };
  /** What we have, kept current with what this run writes. */
  #known = new Map<string, ResourceEntry>();
  /** Number of the last commit that `#known` holds; undefined once somebody else has committed in between. */
  #seq: number | undefined;
  #commits = 0;
  /** Rows come again where a query started over, or at the edge of two pages. */
  readonly #seen = new Set<string>();
  readonly #unreadable = new Map<string, string>();
  #deletedLately: ReadonlySet<string> = new Set();

  constructor(subscriptionId: string, ports: ReconcilePorts) {
    this.#subscriptionId = subscriptionId;
    this.#ports = ports;
  }

  /** @param onProgress called after each page. @throws AzureError where the subscription could not be read to its end */
  async run(onProgress: () => Promise<void>): Promise<void> {
    const loading = this.#load();
    loading.catch(() => undefined);
    for await (const part of this.#ports.reader.read(this.#subscriptionId)) {
      await loading;
      if (part.kind === 'unreadable') this.#unreadable.set(part.resourceGroup.toLowerCase(), part.reason);
      else await this.#reconcilePage(part.documents, part.via);
      await onProgress();
    }
    await loading;
    await this.#deleteMissing();
    await this.#recordStale();
    await this.#saveSnapshot();
    await onProgress();
  }

  /** What we have, read while Azure's first page is on its way. */
  async #load(): Promise<void> {
    const { store, clock, graphLagSeconds } = this.#ports;
    const settledBefore = new Date(clock.now().getTime() - graphLagSeconds * 1000).toISOString();
    const [{ seq, entries }, deletedLately] = await Promise.all([
      store.entries(this.#subscriptionId),
      store.deletedSince(this.#subscriptionId, settledBefore),
    ]);
    this.#known = new Map(entries);
    this.#seq = seq;
    this.#deletedLately = deletedLately;
  }

  async #reconcilePage(documents: readonly AzureDocument[], via: 'graph' | 'resourceManager'): Promise<void> {
    const different: Candidate[] = [];
    for (const raw of documents) {
      const rowHash = via === 'graph' ? hashRow(raw) : undefined;
      const early =
        rowHash && this.#known.size > 0 ? this.#known.get(resourceKey(String(raw.id))) : undefined;
      if (early && early.rowHash === rowHash && early.source === 'azure') {
        this.#ports.apiVersions.learn(String(raw.type), raw.apiVersion);
        this.#see(early.key);
        continue;
      }
      const document = toResourceDocument(raw);
      if (!document) continue;
      const canonical = canonicalize(document);
      if (!this.#see(canonical.key)) continue;
      const apiVersion = typeof raw.apiVersion === 'string' ? raw.apiVersion : undefined;
      this.#ports.apiVersions.learn(document.type, apiVersion);
      const known = this.#known.get(canonical.key);
      if (known?.hash === canonical.hash && known.source === 'azure') continue;
      different.push({ canonical, apiVersion, rowHash, known });
    }
    this.progress.pages += 1;
    const isTrusted = (candidate: Candidate) => via === 'resourceManager' || this.#isSettled(candidate);
    await Promise.all([
      this.#write(different.filter(isTrusted)),
      this.#refresh(
        different.filter((candidate) => !isTrusted(candidate)).map(({ canonical }) => canonical.document.id),
      ),
    ]);
  }

  /** False where this run has met the resource before. */
  #see(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    this.progress.resources += 1;
    return true;
  }

  async #write(candidates: readonly Candidate[]): Promise<void> {
    if (candidates.length === 0) return;
    const { store } = this.#ports;
    const decided = await Promise.all(candidates.map((candidate) => this.#toChange(candidate)));
    const changes = decided.filter((change) => change !== undefined);
    const results = await store.write(this.#subscriptionId, changes);
    this.progress.changed += this.#note(results, (entry) => this.#known.set(entry.key, entry));
    const refused = changes.filter((_, index) => results[index]?.status === 'conflict');
    const overtaken = candidates.filter((_, index) => decided[index] === undefined);
    await this.#refresh([
      ...refused.map(({ next }) => next.document.id),
      ...overtaken.map(({ canonical }) => canonical.document.id),
    ]);
  }

  /** Takes over what was written; returns how many. */
  #note(results: readonly WriteResult[], takeOver: (entry: ResourceEntry) => void): number {
    const written = results.flatMap((result) => (result.status === 'written' ? [result.entry] : []));
    for (const entry of written) takeOver(entry);
    const own = new Set(written.map(({ seq }) => seq));
    const last = Math.max(this.#seq ?? 0, ...own);
    const isGapless = this.#seq !== undefined && last - this.#seq === own.size;
    this.#seq = isGapless ? last : undefined;
    this.#commits += own.size;
    return written.length;
  }

  /** Only where this run has seen every commit; else the log tells the next one. */
  async #saveSnapshot(): Promise<void> {
    const { store } = this.#ports;
    if (this.#commits < SNAPSHOT_COMMITS || this.#seq === undefined) return;
    if ((await store.head(this.#subscriptionId)) !== this.#seq) return;
    await store.saveSnapshot(this.#subscriptionId, { seq: this.#seq, entries: this.#known });
  }

  /** Undefined where somebody has changed the resource since the run began: what the graph says may be older. */
  async #toChange({ canonical, apiVersion, rowHash, known }: Candidate): Promise<Put | undefined> {
    const previous = known && (await this.#ports.store.get(this.#subscriptionId, canonical.key));
    if (known && previous?.seq !== known.seq) return undefined;
    return {
      kind: 'put',
      next: canonical,
      source: 'azure',
      annotations: previous?.annotations ?? {},
      apiVersion,
      rowHash,
      previous,
      cause: this.#cause,
    };
  }

  /** Somebody else changed it meanwhile, or Resource Graph may lag behind what we have: Resource Manager decides. */
  async #refresh(ids: readonly string[]): Promise<void> {
    await mapConcurrently(ids, CONFIRM_CONCURRENCY, async (id) => {
      try {
        const outcome = await retrying(() => refreshResource(id, { ...this.#ports, cause: this.#cause }));
        if (outcome === 'created' || outcome === 'updated') this.progress.changed += 1;
        if (outcome === 'deleted') this.progress.deleted += 1;
      } catch (error) {
        if (!(error instanceof AzureError)) throw error;
        this.#unreadable.set(groupOf(id), error.message);
      }
    });
  }

  async #deleteMissing(): Promise<void> {
    const missing = [...this.#known]
      .filter(
        ([key, { source, id }]) =>
          source === 'azure' && !this.#seen.has(key) && !this.#unreadable.has(groupOf(id)),
      )
      .map(([, known]) => known);
    const byGroup = Map.groupBy(missing, ({ id }) => groupOf(id));
    await mapConcurrently([...byGroup], 4, async ([group, entries]) => {
      try {
        const isGone = group !== '' && entries.length > 1 && !(await this.#groupExists(group));
        if (isGone) await this.#deleteAll(entries);
        else await this.#refresh(entries.map(({ id }) => id));
      } catch (error) {
        if (!(error instanceof AzureError)) throw error;
        this.#unreadable.set(group, error.message);
      }
    });
  }

  #groupExists(group: string): Promise<boolean> {
    return retrying(() => this.#ports.azure.resourceGroupExists(this.#subscriptionId, group));
  }

  /** The resource group does not exist, so nothing in it does. */
  async #deleteAll(entries: readonly ResourceEntry[]): Promise<void> {
    const { store } = this.#ports;
    const stored = await Promise.all(
      entries.map(({ id }) => store.get(this.#subscriptionId, resourceKey(id))),
    );
    const changes = stored
      .filter((resource) => resource !== undefined)
      .map((previous) => ({ kind: 'delete' as const, previous, cause: this.#cause }));
    const results = await store.write(this.#subscriptionId, changes);
    this.progress.deleted += this.#note(results, (entry) => this.#known.delete(entry.key));
    await this.#refresh(
      changes.filter((_, index) => results[index]?.status === 'conflict').map(({ previous }) => previous.id),
    );
  }

  async #recordStale(): Promise<void> {
    const { store, clock } = this.#ports;
    const before = await store.staleScopes(this.#subscriptionId);
    const now = clock.now().toISOString();
    const scopes: Record<string, StaleScopes[string]> = {};
    for (const [scope, reason] of this.#unreadable) {
      scopes[scope] = { since: before[scope]?.since ?? now, reason };
      this.problems.push({ scope, reason });
    }
    if (JSON.stringify(scopes) !== JSON.stringify(before))
      await store.setStaleScopes(this.#subscriptionId, scopes);
  }

  /** Whether Resource Graph has caught up with what we have: our row, or that we deleted it. */
  #isSettled({ canonical, known }: Candidate): boolean {
    if (!known) return !this.#deletedLately.has(canonical.key);
    const age = this.#ports.clock.now().getTime() - Date.parse(known.updatedAt);
    return age > this.#ports.graphLagSeconds * 1000;
  }
}

/** The whole subscription could not be read: all that we have of it is stale. */
export async function markUnreadable(
  subscriptionId: string,
  error: unknown,
  ports: Pick<ReconcilePorts, 'store' | 'clock'>,
): Promise<ScopeProblem> {
  const before = await ports.store.staleScopes(subscriptionId);
  const reason = messageOf(error);
  const since = before['*']?.since ?? ports.clock.now().toISOString();
  await ports.store.setStaleScopes(subscriptionId, { ...before, '*': { since, reason } });
  log.warning('subscription could not be read', { subscriptionId, reason });
  return { scope: '*', reason };
}

/** Two rows of the same text are one state of the resource; what Azure sends in another order is looked at. */
function hashRow(row: AzureDocument): string {
  return hash('sha256', JSON.stringify(row), 'base64url').slice(0, 16);
}

/** Resource group in lower case; empty for what lies directly in the subscription. */
function groupOf(id: string): string {
  return (parseResourceId(id).resourceGroup ?? '').toLowerCase();
}
