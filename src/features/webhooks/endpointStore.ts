import { randomUUID } from 'node:crypto';
import { type CloudEvent, outboxWrites, publishOutbox, sweepOutbox } from '#features/events/index.ts';
import type { Clock } from '#platform/clock.ts';
import type { Queues } from '#platform/queues.ts';
import { MAX_TRANSACTION, type Partition, type Tables, WriteConflict } from '#platform/tables.ts';
import type { Job } from './delivery/queue.ts';
import { deliveryId, webhooksTable } from './rows.ts';
import type { Webhook } from './schema.ts';

/** An endpoint as it is kept; its secrets are not here. */
export type Endpoint = Omit<Webhook, 'failing_since'> & {
  /** Grows with every rotation: names what is to be read from the secrets. */
  readonly secret_version: number;
};
/** All endpoints as they were at a moment. */
export type View = {
  readonly endpoints: readonly Endpoint[];
  readonly byId: ReadonlyMap<string, Endpoint>;
  /** When reading it began, by `performance.now()`. */
  readonly readAt: number;
};
type EndpointRow = { document: string };
type Generation = Omit<View, 'readAt'> & { readonly generation: string };

/**
 * How long an instance may act on a view, from before it was read; a deletion is answered only after this time, so
 * that no instance acts on a view that still holds the endpoint.
 */
export const LEASE_MS = 500;
/** A view of this age is read anew while it is still good. */
const RENEW_MS = 150;

/** The endpoints of one tenant. */
export class EndpointStore {
  readonly #rows: Partition;
  readonly #waiting: Partition;
  readonly #tenants: Partition;
  readonly #tenantId: string;
  readonly #clock: Clock;
  readonly #queues: Queues;
  #cached: Generation | undefined;
  #view: View | undefined;
  #viewing: Promise<View> | undefined;

  constructor(tenantId: string, ports: { tables: Tables; clock: Clock; queues: Queues }) {
    const table = ports.tables.open(webhooksTable);
    this.#tenantId = tenantId;
    this.#rows = table.forTenant(tenantId);
    this.#waiting = table.forTenant(tenantId, 'waiting');
    this.#tenants = table.system('tenants');
    this.#clock = ports.clock;
    this.#queues = ports.queues;
  }

  /** All endpoints as of now: never as they were before the call. */
  async list(): Promise<readonly Endpoint[]> {
    return (await this.#read()).endpoints;
  }

  /** The endpoint as of now: never as it was before the call. */
  async find(id: string): Promise<Endpoint | undefined> {
    const row = await this.#rows.get<EndpointRow>(`e|${id}`);
    return row && toEndpoint(row);
  }

  /** All endpoints, as they were {@link LEASE_MS} ago or later: one point read for all who ask in this time. */
  async view(): Promise<View> {
    return this.current() ?? this.#renew();
  }

  /** The same where it is at hand. Whoever asks for it has it renewed in time. */
  current(): View | undefined {
    const age = this.#view ? performance.now() - this.#view.readAt : Number.POSITIVE_INFINITY;
    if (age > RENEW_MS) this.#renew().catch(() => undefined);
    return age < LEASE_MS ? this.#view : undefined;
  }

  #renew(): Promise<View> {
    this.#viewing ??= this.#read().finally(() => {
      this.#viewing = undefined;
    });
    return this.#viewing;
  }

  /** Whether an endpoint is in a view that may still be acted on. */
  isKnown(id: string): boolean {
    const view = this.#view;
    return view !== undefined && performance.now() - view.readAt < LEASE_MS && view.byId.has(id);
  }

  async insert(endpoint: Endpoint): Promise<void> {
    await this.#tenants.write({ kind: 'upsert', rowKey: this.#tenantId, row: {} });
    const row = { document: JSON.stringify(endpoint) };
    await this.#rows.transaction([{ kind: 'insert', rowKey: `e|${endpoint.id}`, row }, this.#changed()]);
  }

  /** Changes an endpoint under its ETag, and raises the alerts that follow from it; undefined where there is none. */
  async update(
    id: string,
    change: (endpoint: Endpoint) => Endpoint,
    alerts: readonly CloudEvent[] = [],
  ): Promise<Endpoint | undefined> {
    const outbox = outboxWrites(alerts);
    for (;;) {
      const row = await this.#rows.get<EndpointRow>(`e|${id}`);
      if (!row) return undefined;
      const changed = { ...change(toEndpoint(row)), updated_at: this.#clock.now().toISOString() };
      const { etag, rowKey } = row;
      try {
        await this.#rows.transaction([
          { kind: 'replace', rowKey, etag, row: { document: JSON.stringify(changed) } },
          this.#changed(),
          ...outbox,
        ]);
        this.#view = undefined;
        await publishOutbox(this.#rows, outbox, this.#ports());
        return changed;
      } catch (error) {
        if (!(error instanceof WriteConflict)) throw error;
      }
    }
  }

  /** False where there was none. */
  async remove(id: string): Promise<boolean> {
    try {
      await this.#rows.transaction([
        { kind: 'delete', rowKey: `e|${id}` },
        { kind: 'upsert', rowKey: `x|${id}`, row: { deletedAt: this.#clock.now().toISOString() } },
        this.#changed(),
      ]);
      this.#view = undefined;
      return true;
    } catch (error) {
      if (error instanceof WriteConflict) return false;
      throw error;
    }
  }

  /** Endpoints that were deleted, and when: their deliveries are kept a while. */
  async deleted(): Promise<{ id: string; deletedAt: string }[]> {
    const rows = await this.#rows.list<{ deletedAt: string }>({ from: 'x|', to: 'x|~' });
    return rows.map(({ rowKey, deletedAt }) => ({ id: rowKey.slice(2), deletedAt }));
  }

  async forgetDeleted(id: string): Promise<void> {
    await this.#rows.remove([`x|${id}`]);
  }

  /** Since when an endpoint has failed everything, by id. */
  async failing(): Promise<Map<string, string>> {
    const rows = await this.#rows.list<{ since: string }>({ from: 'h|', to: 'h|~' });
    return new Map(rows.map(({ rowKey, since }) => [rowKey.slice(2), since]));
  }

  async failingSince(id: string): Promise<string | undefined> {
    return (await this.#rows.get<{ since: string }>(`h|${id}`))?.since;
  }

  async setFailing(id: string, since: string | undefined): Promise<void> {
    if (since === undefined) return this.#rows.remove([`h|${id}`]);
    await this.#rows.write({ kind: 'upsert', rowKey: `h|${id}`, row: { since } });
  }

  /** Remembers jobs that the sweep is to queue from a time on. Returns the keys under which they wait. */
  async setWaiting(jobs: readonly Job[], from: Date): Promise<string[]> {
    const rowKeys = jobs.map(({ webhook_id: id, key }) => `${from.toISOString()}|${deliveryId(id, key)}`);
    for (let at = 0; at < jobs.length; at += MAX_TRANSACTION) {
      const part = jobs.slice(at, at + MAX_TRANSACTION);
      await this.#waiting.transaction(
        part.map((job, index) => {
          const { body: _, ...sent } = job.sent;
          const row = { job: JSON.stringify({ ...job, sent }) };
          return { kind: 'upsert', rowKey: rowKeys[at + index] ?? '', row };
        }),
      );
    }
    return rowKeys;
  }

  /** What waits and is due, a page at a time. */
  async *waiting(now: Date): AsyncGenerator<{ rowKeys: string[]; jobs: Job[] }> {
    for await (const page of this.#waiting.pages<{ job: string }>({ to: `${now.toISOString()}~` })) {
      const jobs = page.map(({ job }) => JSON.parse(job) as Job);
      yield { rowKeys: page.map(({ rowKey }) => rowKey), jobs };
    }
  }

  async setQueued(rowKeys: readonly string[]): Promise<void> {
    await this.#waiting.remove(rowKeys);
  }

  /** Publishes alerts older than a moment that a process left behind. Returns how many. */
  sweepAlerts(before: Date): Promise<number> {
    return sweepOutbox(this.#rows, before, this.#ports());
  }

  /** Whole rows are read only when any has changed. */
  async #read(): Promise<View> {
    for (;;) {
      const readAt = performance.now();
      const generation = (await this.#rows.get<{ generation: string }>('g'))?.generation ?? '';
      if (this.#cached?.generation === generation) {
        if (readAt > (this.#view?.readAt ?? 0)) this.#view = { ...this.#cached, readAt };
        return this.#view ?? { ...this.#cached, readAt };
      }
      const rows = await this.#rows.list<EndpointRow>({ from: 'e|', to: 'e|~' });
      const endpoints = rows.map(toEndpoint);
      const byId = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
      this.#cached = { generation, endpoints, byId };
    }
  }

  #changed() {
    return { kind: 'upsert', rowKey: 'g', row: { generation: randomUUID() } } as const;
  }

  #ports() {
    return { queues: this.#queues, tenantId: this.#tenantId };
  }
}

/** Tenants that have or had endpoints. */
export async function tenantsOf(tables: Tables): Promise<string[]> {
  return (await tables.open(webhooksTable).system('tenants').list()).map(({ rowKey }) => rowKey);
}

function toEndpoint({ document }: EndpointRow): Endpoint {
  return JSON.parse(document) as Endpoint;
}
