import type { Connector, SyncRun } from '#features/connectors/index.ts';
import type { InventoryStore } from '#features/inventory/index.ts';
import type { ActivityLog } from '#platform/activityLog.ts';
import { StoredAttributions } from './attributions.ts';
import { ActivityEntry } from './azure.ts';
import { joinToHistory } from './join.ts';
import { toActivity } from './record.ts';
import type { ActivityStore } from './store.ts';

export type ActivityPorts = {
  readonly activityLog: ActivityLog;
  readonly storeOf: (tenantId: string) => ActivityStore;
  readonly inventoryStoreOf: (tenantId: string) => InventoryStore;
  readonly retentionDays: number;
};

export const ACTIVITY_SOURCE = 'activity_log';
const SCOPE = 'activityLog';
const DAY_MS = 86_400_000;
/** Entries are there 3 to 20 minutes after what they tell of ("Azure activity log", retention and ingestion). */
const OVERLAP_MS = 60 * 60_000;
/** Azure keeps 90 days and refuses to look further back. */
const MAX_LOOKBACK_MS = 89 * DAY_MS;
/** Days of the past that one run reads, until all that is kept is there. */
const PAST_DAYS_A_RUN = 7;

/**
 * The activity log: what is new, read again from an hour before the last run, since entries come late; then, day by
 * day, what was before the first run. A run that dies begins where the one before it ended.
 */
export function activityConnector(ports: ActivityPorts): Connector {
  return {
    name: ACTIVITY_SOURCE,
    title: 'Azure Monitor activity log',
    role: 'Monitoring Reader',
    everyMinutes: 5,
    async sync(run) {
      const reader = new Reader(run, ports);
      const isCurrent = await run.part(SCOPE, () => reader.readNew());
      if (isCurrent) await run.part(SCOPE, () => reader.readPast());
      reader.report();
    },
  };
}

class Reader {
  readonly #run: SyncRun;
  readonly #ports: ActivityPorts;
  readonly #now: number;
  readonly #oldest: number;
  #malformed = 0;

  constructor(run: SyncRun, ports: ActivityPorts) {
    this.#run = run;
    this.#ports = ports;
    this.#now = run.clock.now().getTime();
    this.#oldest = this.#now - Math.min(ports.retentionDays * DAY_MS, MAX_LOOKBACK_MS);
    Object.assign(run.counts, { read: 0, added: 0, attributed: 0 });
  }

  async readNew(): Promise<true> {
    const { cursors } = this.#run;
    cursors.since ??= new Date(this.#now - DAY_MS).toISOString();
    let from = Math.max(this.#oldest, Date.parse(cursors.until ?? cursors.since) - OVERLAP_MS);
    while (from < this.#now) {
      const to = Math.min(from + DAY_MS, this.#now);
      await this.#read(from, to);
      cursors.until = new Date(to).toISOString();
      from = to;
    }
    return true;
  }

  async readPast(): Promise<void> {
    const { cursors } = this.#run;
    for (let days = 0; days < PAST_DAYS_A_RUN; days += 1) {
      const to = Date.parse(cursors.since ?? '');
      if (to <= this.#oldest) return;
      const from = Math.max(to - DAY_MS, this.#oldest);
      await this.#read(from, to);
      cursors.since = new Date(from).toISOString();
    }
  }

  report(): void {
    if (this.#malformed > 0)
      this.#run.malformed(SCOPE, `${this.#malformed} left out, since they have no id or no time`);
  }

  async #read(from: number, to: number): Promise<void> {
    const { tenantId, subscriptionId, counts } = this.#run;
    const { activityLog, storeOf, inventoryStoreOf } = this.#ports;
    const store = storeOf(tenantId);
    const span = { from: new Date(from), to: new Date(to) };
    for await (const page of activityLog.entries(subscriptionId, span)) {
      const entries = page.map((document) => ActivityEntry.safeParse(document));
      const records = entries.flatMap(({ data }) => (data ? [toActivity(data)] : []));
      this.#malformed += entries.length - records.length;
      counts.read = (counts.read ?? 0) + records.length;
      counts.added = (counts.added ?? 0) + (await store.add(subscriptionId, records));
    }
    const attributions = new StoredAttributions(store);
    const inventory = inventoryStoreOf(tenantId);
    const named = await joinToHistory(subscriptionId, span, { store, attributions, inventory });
    counts.attributed = (counts.attributed ?? 0) + named;
  }
}
