import { randomUUID } from 'node:crypto';
import type { Clock } from '#platform/clock.ts';
import { type Partition, type StoredRow, type Tables, WriteConflict } from '#platform/tables.ts';
import { webhooksTable } from './rows.ts';
import type { Webhook } from './schema.ts';

/** An endpoint as it is kept; its secrets are not here. */
export type Endpoint = Omit<Webhook, 'failing_since'> & {
  /** Grows with every rotation: names what is to be read from the secrets. */
  readonly secret_version: number;
};
type EndpointRow = { document: string };
type Generation = { readonly generation: string; readonly endpoints: readonly Endpoint[] };

/** The endpoints of one tenant. */
export class EndpointStore {
  readonly #rows: Partition;
  readonly #waiting: Partition;
  readonly #tenants: Partition;
  readonly #tenantId: string;
  readonly #clock: Clock;
  readonly #reads = new Map<string, Read>();
  #cached: Generation | undefined;

  constructor(tenantId: string, ports: { tables: Tables; clock: Clock }) {
    const table = ports.tables.open(webhooksTable);
    this.#tenantId = tenantId;
    this.#rows = table.forTenant(tenantId);
    this.#waiting = table.forTenant(tenantId, 'waiting');
    this.#tenants = table.system('tenants');
    this.#clock = ports.clock;
  }

  /** All endpoints as they are now; whole rows are read only when any has changed. */
  async list(): Promise<readonly Endpoint[]> {
    const generation = String((await this.#shared<{ generation: string }>('g'))?.generation ?? '');
    if (this.#cached?.generation === generation) return this.#cached.endpoints;
    const rows = await this.#rows.list<EndpointRow>({ from: 'e|', to: 'e|~' });
    this.#cached = { generation, endpoints: rows.map(toEndpoint) };
    return this.#cached.endpoints;
  }

  /** The endpoint as of now: never as it was before the call. */
  async find(id: string): Promise<Endpoint | undefined> {
    const row = await this.#shared<EndpointRow>(`e|${id}`);
    return row && toEndpoint(row);
  }

  async insert(endpoint: Endpoint): Promise<void> {
    await this.#tenants.write({ kind: 'upsert', rowKey: this.#tenantId, row: {} });
    const row = { document: JSON.stringify(endpoint) };
    await this.#rows.transaction([{ kind: 'insert', rowKey: `e|${endpoint.id}`, row }, this.#changed()]);
  }

  /** Changes an endpoint under its ETag; undefined where there is none. */
  async update(id: string, change: (endpoint: Endpoint) => Endpoint): Promise<Endpoint | undefined> {
    for (;;) {
      const row = await this.#rows.get<EndpointRow>(`e|${id}`);
      if (!row) return undefined;
      const changed = { ...change(toEndpoint(row)), updated_at: this.#clock.now().toISOString() };
      const { etag, rowKey } = row;
      try {
        await this.#rows.transaction([
          { kind: 'replace', rowKey, etag, row: { document: JSON.stringify(changed) } },
          this.#changed(),
        ]);
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
    await removeIfThere(this.#rows, `x|${id}`);
  }

  /** Since when an endpoint has failed everything, by id. */
  async failing(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#rows.list<{ since: string }>({ from: 'h|', to: 'h|~' });
    return new Map(rows.map(({ rowKey, since }) => [rowKey.slice(2), since]));
  }

  async failingSince(id: string): Promise<string | undefined> {
    return (await this.#rows.get<{ since: string }>(`h|${id}`))?.since;
  }

  async setFailing(id: string, since: string | undefined): Promise<void> {
    if (since === undefined) return removeIfThere(this.#rows, `h|${id}`);
    await this.#rows.write({ kind: 'upsert', rowKey: `h|${id}`, row: { since } });
  }

  /** Remembers deliveries that the queue had no room for. */
  async setWaiting(deliveryIds: readonly string[]): Promise<void> {
    for (let at = 0; at < deliveryIds.length; at += 100) {
      const marks = deliveryIds.slice(at, at + 100);
      await this.#waiting.transaction(marks.map((rowKey) => ({ kind: 'upsert', rowKey, row: {} })));
    }
  }

  waiting(): AsyncGenerator<StoredRow[]> {
    return this.#waiting.pages();
  }

  async setQueued(deliveryIdOf: string): Promise<void> {
    await removeIfThere(this.#waiting, deliveryIdOf);
  }

  #changed() {
    return { kind: 'upsert', rowKey: 'g', row: { generation: randomUUID() } } as const;
  }

  /** One read for all who ask at the same time, begun after the first of them asked. */
  #shared<T extends Record<string, unknown>>(rowKey: string): Promise<StoredRow<T> | undefined> {
    const known = this.#reads.get(rowKey);
    const read = known ?? new Read(() => this.#rows.get(rowKey));
    if (!known) {
      if (this.#reads.size > 10_000) this.#reads.clear();
      this.#reads.set(rowKey, read);
    }
    return read.next() as Promise<StoredRow<T> | undefined>;
  }
}

/** Tenants that have or had endpoints. */
export async function tenantsOf(tables: Tables): Promise<string[]> {
  return (await tables.open(webhooksTable).system('tenants').list()).map(({ rowKey }) => rowKey);
}

/** A read that callers share only if it has not begun when they come. */
class Read {
  readonly #read: () => Promise<StoredRow | undefined>;
  #running: Promise<unknown> | undefined;
  #next: Promise<StoredRow | undefined> | undefined;

  constructor(read: () => Promise<StoredRow | undefined>) {
    this.#read = read;
  }

  next(): Promise<StoredRow | undefined> {
    this.#next ??= this.#start();
    return this.#next;
  }

  async #start(): Promise<StoredRow | undefined> {
    await this.#running?.catch(() => undefined);
    await Promise.resolve();
    this.#next = undefined;
    const running = this.#read();
    this.#running = running;
    return running;
  }
}

function toEndpoint({ document }: EndpointRow): Endpoint {
  return JSON.parse(document) as Endpoint;
}

async function removeIfThere(partition: Partition, rowKey: string): Promise<void> {
  try {
    await partition.write({ kind: 'delete', rowKey });
  } catch (error) {
    if (!(error instanceof WriteConflict)) throw error;
  }
}
