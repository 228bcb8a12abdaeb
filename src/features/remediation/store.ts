import {
  type CloudEvent,
  type OutboxPorts,
  outboxWrites,
  publishOutbox,
  sweepOutbox,
} from '#features/events/index.ts';
import type { JsonObject } from '#features/policy/index.ts';
import type { Clock } from '#platform/clock.ts';
import { packJson, unpackJson } from '#platform/columns.ts';
import type { Queues } from '#platform/queues.ts';
import {
  type Partition,
  type Row,
  type TableDeclaration,
  type Tables,
  WriteConflict,
} from '#platform/tables.ts';
import { actionExecuted } from './event.ts';
import type { Remediation, Status } from './schema.ts';

export const remediationsTable: TableDeclaration = {
  name: 'remediations',
  description: 'Remediations of violations: plan, status, what was there before, result.',
  keys: 'PartitionKey = tenant. RowKey: `r|ID` remediation (ID begins with the inverted time: newest first) | `k|PARENT-…` one of a bulk remediation | `c|PARENT|ID` status of one of a bulk | `a|ID` mark of one that has not ended | `o|…` outbox. PartitionKey = !tenants, RowKey = tenant: what the sweep walks.',
};

/** What is kept of a remediation beside what is shown. */
export type Kept = {
  readonly shown: Remediation;
  readonly etag: string;
  readonly memory: Memory;
};

/** What its next step needs. */
export type Memory = {
  /** The resource as it was read right before the write. */
  readonly before?: JsonObject;
  /** The resource as it was read once the write was done. */
  readonly after?: JsonObject;
  /** What a deployment created, as it was read afterwards. */
  readonly created?: Readonly<Record<string, JsonObject>>;
  /** A rollback that does not mind later changes. */
  readonly force?: boolean;
  /** Azure has accepted the requests that lead back. */
  readonly isSetBack?: boolean;
  /** How often it was planned: each plan has a deployment of its own. */
  readonly attempt: number;
  /** Whose word the next step carries out. */
  readonly actor?: { readonly id: string; readonly name: string };
};

export type Change = { readonly shown?: Partial<Remediation>; readonly memory?: Partial<Memory> };

type ListOptions = {
  readonly status: Status | undefined;
  readonly limit: number;
  readonly after: string | undefined;
  readonly isVisible: (shown: Remediation) => boolean;
};
type Page = { readonly data: Remediation[]; readonly next: string | undefined };

/** Statuses in which nothing is left to do by itself. */
const RESTING: ReadonlySet<Status> = new Set([
  'queued',
  'planned',
  'manual',
  'not_needed',
  'denied',
  'rejected',
  'succeeded',
  'failed',
  'outdated',
  'cancelled',
  'rolled_back',
  'rollback_failed',
]);

export function isResting(status: Status): boolean {
  return RESTING.has(status);
}

/** Remediations of one tenant. */
export class RemediationStore {
  readonly #rows: Partition;
  readonly #tenants: Partition;
  readonly #outbox: OutboxPorts;
  readonly #clock: Clock;

  constructor(tenantId: string, ports: { tables: Tables; queues: Queues; clock: Clock }) {
    const table = ports.tables.open(remediationsTable);
    this.#rows = table.forTenant(tenantId);
    this.#tenants = table.system('tenants');
    this.#outbox = { queues: ports.queues, tenantId };
    this.#clock = ports.clock;
  }

  /** Writes a new one; one that is there already stays as it is. */
  async insert(shown: Remediation, memory: Memory): Promise<void> {
    if (shown.parent_id === null)
      await this.#tenants.write({ kind: 'upsert', rowKey: this.#outbox.tenantId, row: {} });
    try {
      await this.#rows.transaction([
        { kind: 'insert', rowKey: keyOf(shown.id), row: toRow(shown, memory) },
        ...this.#marks(shown),
      ]);
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
    }
  }

  async find(id: string): Promise<Kept | undefined> {
    if (!/^[\w-]{1,80}$/.test(id)) return undefined;
    const row = await this.#rows.get(keyOf(id));
    return row && { ...fromRow(row), etag: row.etag };
  }

  /**
   * Writes a remediation on the version that was read, with what happened in the same transaction.
   * Undefined where another was faster: read it again.
   */
  async replace({ etag, ...read }: Kept, change: Change): Promise<Kept | undefined> {
    const at = this.#clock.now().toISOString();
    const shown = { ...read.shown, ...change.shown, updated_at: at };
    const memory = { ...read.memory, ...change.memory };
    const isNews = shown.status !== read.shown.status;
    const outbox = outboxWrites(isNews ? this.#events(shown) : []);
    try {
      const [written] = await this.#rows.transaction([
        { kind: 'replace', rowKey: keyOf(shown.id), etag, row: toRow(shown, memory) },
        ...this.#marks(shown),
        ...outbox,
      ]);
      if (isResting(shown.status)) await this.settle(shown.id);
      await publishOutbox(this.#rows, outbox, this.#outbox);
      return { shown, memory, etag: written ?? '' };
    } catch (error) {
      if (error instanceof WriteConflict) return undefined;
      throw error;
    }
  }

  #events(shown: Remediation): CloudEvent[] {
    return actionExecuted(this.#outbox.tenantId, shown);
  }

  #marks({ id, parent_id: parent, status, updated_at: at }: Remediation) {
    return [
      ...(isResting(status) ? [] : [{ kind: 'upsert', rowKey: `a|${id}`, row: { at } } as const]),
      ...(parent === null ? [] : [{ kind: 'upsert', rowKey: `c|${parent}|${id}`, row: { status } } as const]),
    ];
  }

  /** A page, newest first, without those of bulk remediations; `next` continues after it. */
  async list(options: ListOptions): Promise<Page> {
    const from = options.after === undefined ? 'r|' : `r|${options.after}~`;
    const data: Remediation[] = [];
    for await (const rows of this.#rows.pages({ from, to: 'r}' })) {
      for (const row of rows) {
        const { shown } = fromRow(row);
        const isWanted = options.status === undefined || shown.status === options.status;
        if (!isWanted || !options.isVisible(shown)) continue;
        if (data.length === options.limit) return { data, next: data.at(-1)?.id };
        data.push(shown);
      }
    }
    return { data, next: undefined };
  }

  /** A page of those of a bulk remediation, in the order of their ids. */
  async listChildren(parentId: string, { status, limit, after = '', isVisible }: ListOptions): Promise<Page> {
    const data: Remediation[] = [];
    for (const child of await this.children(parentId)) {
      if (child.id <= after || (status !== undefined && child.status !== status)) continue;
      if (data.length === limit) return { data, next: data.at(-1)?.id };
      const kept = await this.find(child.id);
      if (kept && isVisible(kept.shown)) data.push(kept.shown);
    }
    return { data, next: undefined };
  }

  /** Ids and statuses of those of a bulk remediation, in the order of their ids. */
  async children(parentId: string): Promise<{ id: string; status: Status }[]> {
    const prefix = `c|${parentId}|`;
    const rows = await this.#rows.list<{ status: Status }>({ from: prefix, to: `${prefix}~` });
    return rows.map(({ rowKey, status }) => ({ id: rowKey.slice(prefix.length), status }));
  }

  /** Ids of remediations that do not rest and have not moved since a moment; publishes events left behind. */
  async stalled(before: Date): Promise<string[]> {
    await sweepOutbox(this.#rows, before, this.#outbox);
    const marks = await this.#rows.list<{ at: string }>({ from: 'a|', to: 'a}' });
    return marks.filter(({ at }) => at < before.toISOString()).map(({ rowKey }) => rowKey.slice(2));
  }

  async settle(id: string): Promise<void> {
    await this.#rows.remove([`a|${id}`]);
  }
}

/** Tenants that ever remediated. */
export async function remediatingTenants(tables: Tables): Promise<string[]> {
  const rows = await tables.open(remediationsTable).system('tenants').list();
  return rows.map(({ rowKey }) => rowKey);
}

/** Those of bulk remediations stand apart, so that no list walks over them. */
function keyOf(id: string): string {
  return `${id.split('-').length > 2 ? 'k' : 'r'}|${id}`;
}

function toRow(shown: Remediation, memory: Memory): Row {
  return packJson('document', { shown, memory });
}

function fromRow(row: Row): Omit<Kept, 'etag'> {
  return unpackJson('document', row) as Omit<Kept, 'etag'>;
}
