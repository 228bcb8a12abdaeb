import { type CloudEvent, outboxWrites, publishOutbox, sweepOutbox } from '#features/events/index.ts';
import type { Queues } from '#platform/queues.ts';
import type { Partition, StoredRow, Tables } from '#platform/tables.ts';
import { hasRow, type Job } from './delivery/queue.ts';
import { type Packed, packedIn, toPackable } from './packs.ts';
import { Recorder } from './recorder.ts';
import {
  attemptsOf,
  bucketOf,
  buckets,
  type DeliveryRow,
  deliveriesTable,
  type KeyRange,
  keyOf,
  keyRange,
  LISTED,
  parseDeliveryId,
  ranges,
  rowKeys,
  toAttemptColumn,
  toDelivery,
  toRow,
} from './rows.ts';
import type { Attempt, DeliveriesQuery, Delivery, DeliveryStatus } from './schema.ts';

/** A delivery as it is kept, with its place. */
export type Kept = {
  readonly delivery: Delivery;
  readonly key: string;
  readonly row: DeliveryRow;
  /** Where it has no row of its own. */
  readonly packed?: Packed;
};
type Line = { readonly job: string };

/** What is kept of the deliveries of one tenant. */
export class DeliveryStore {
  readonly #tenantId: string;
  readonly #queues: Queues;
  readonly #partitions: readonly { readonly rows: Partition; readonly recorder: Recorder }[];

  constructor(tenantId: string, ports: { tables: Tables; queues: Queues }) {
    this.#tenantId = tenantId;
    this.#queues = ports.queues;
    const table = ports.tables.open(deliveriesTable);
    this.#partitions = buckets.map((bucket) => {
      const rows = table.forTenant(tenantId, String(bucket));
      return { rows, recorder: new Recorder(rows) };
    });
  }

  async find(endpointId: string, key: string): Promise<DeliveryRow | undefined> {
    return (await this.#own(endpointId, key)) ?? (await this.#packed(endpointId, key))?.row;
  }

  /** A delivery with every attempt, oldest first. */
  async details(id: string): Promise<(Kept & { log: Attempt[] }) | undefined> {
    const place = parseDeliveryId(id);
    if (!place) return undefined;
    const { endpointId, key } = place;
    const row = await this.#own(endpointId, key);
    if (row) return { delivery: toDelivery(endpointId, key, row), key, row, log: attemptsOf(row) };
    const packed = await this.#packed(endpointId, key);
    return packed && { ...toKept(endpointId, packed), log: packed.attempt ? [packed.attempt] : [] };
  }

  /** Deliveries of an endpoint, newest event first; `next` is the key to go on after. */
  async list(
    endpointId: string,
    query: Pick<DeliveriesQuery, 'event_type' | 'since' | 'until' | 'limit'> & {
      statuses?: readonly DeliveryStatus[];
      after?: string | undefined;
    },
  ): Promise<{ data: Kept[]; next: string | undefined }> {
    const { statuses, event_type: type, limit } = query;
    const range = keyRange(query);
    const own = this.#listOwn(endpointId, range);
    const isPackedWanted = statuses?.some((status) => PACKED.has(status)) ?? true;
    const all = isPackedWanted ? merged(own, this.#listPacked(endpointId, range)) : own;
    const data: Kept[] = [];
    for await (const kept of all) {
      if (statuses && !statuses.includes(kept.row.status)) continue;
      if (type && kept.row.eventType !== type) continue;
      if (data.length === limit) return { data, next: data.at(-1)?.key };
      data.push(kept);
    }
    return { data, next: undefined };
  }

  /**
   * Writes what became of a delivery, with its attempt and the alerts that follow from it; what is recorded at about
   * the same time goes into the same transaction. Alerts are published then.
   */
  async record(
    endpointId: string,
    key: string,
    what: { change: Partial<DeliveryRow>; attempt?: Attempt; alerts?: readonly CloudEvent[] },
  ): Promise<void> {
    const { rows, recorder } = this.#of(endpointId);
    const row = { ...what.change, ...(what.attempt && toAttemptColumn(what.attempt)) };
    const outbox = what.alerts ? outboxWrites(what.alerts) : [];
    await recorder.write([{ kind: 'merge', rowKey: rowKeys.delivery(endpointId, key), row }, ...outbox]);
    if (outbox.length > 0) await publishOutbox(rows, outbox, this.#ports());
  }

  /** Writes a delivery that needs no row of its own, together with others. */
  async pack(endpointId: string, packed: Packed): Promise<void> {
    await this.#of(endpointId).recorder.pack(toPackable(endpointId, packed));
  }

  /** Writes down a delivery that is put off, or waits its turn, before its first attempt, so that it is seen. */
  async note(job: Job, now: Date): Promise<void> {
    if (job.noted) return;
    const state = { status: 'pending', attempts: job.attempt - 1, updatedAt: now.toISOString() } as const;
    const row = { ...toRow(job), ...state };
    if (hasRow(job)) await this.record(job.webhook_id, job.key, { change: row });
    else await this.pack(job.webhook_id, { key: job.key, row });
  }

  /** Puts ordered jobs in the lines of their resources; repeating it does no harm. */
  async joinLine(jobs: readonly (Job & { resource: string })[]): Promise<void> {
    await Promise.all(
      jobs.map((job) => {
        const rowKey = rowKeys.line(job.webhook_id, job.resource, job.key);
        const { body: _, ...sent } = job.sent;
        const row = { job: JSON.stringify({ ...job, sent }) };
        return this.#of(job.webhook_id).recorder.write([{ kind: 'upsert', rowKey, row }]);
      }),
    );
  }

  /** The first in a resource's line. */
  async firstInLine(endpointId: string, resource: string): Promise<Job | undefined> {
    for await (const [row] of this.#of(endpointId).rows.pages<Line>(ranges.line(endpointId, resource)))
      return row && (JSON.parse(row.job) as Job);
    return undefined;
  }

  async leaveLine(endpointId: string, resource: string, key: string): Promise<void> {
    await this.#of(endpointId).rows.remove([rowKeys.line(endpointId, resource, key)]);
  }

  /** Publishes alerts older than a moment that a process left behind. Returns how many. */
  async sweepAlerts(before: Date): Promise<number> {
    const swept = await Promise.all(
      this.#partitions.map(({ rows }) => sweepOutbox(rows, before, this.#ports())),
    );
    return swept.reduce((sum, count) => sum + count, 0);
  }

  /** Removes deliveries of events before a time. */
  async forget(endpointId: string, before: Date): Promise<void> {
    const { rows } = this.#of(endpointId);
    const range = keyRange({ until: before.toISOString() });
    for (const old of [ranges.deliveries(endpointId, range), ranges.packs(endpointId, range)])
      for await (const page of rows.pages({ ...old, select: [] }))
        await rows.remove(page.map(({ rowKey }) => rowKey));
  }

  async #own(endpointId: string, key: string): Promise<(DeliveryRow & StoredRow) | undefined> {
    return this.#of(endpointId).rows.get<DeliveryRow>(rowKeys.delivery(endpointId, key));
  }

  async #packed(endpointId: string, key: string): Promise<Packed | undefined> {
    const found = new Map<string, Packed>();
    for await (const page of this.#of(endpointId).rows.pages(ranges.packsOf(endpointId, key)))
      keepNewest(found, page.flatMap(packedIn));
    return found.get(key);
  }

  async *#listOwn(endpointId: string, range: KeyRange): AsyncGenerator<Kept> {
    const query = { ...ranges.deliveries(endpointId, range), select: LISTED };
    for await (const page of this.#of(endpointId).rows.pages<DeliveryRow>(query))
      for (const row of page) {
        const key = keyOf(row);
        yield { delivery: toDelivery(endpointId, key, row), key, row };
      }
  }

  /** A slot at a time, since only within it deliveries stand in no order. */
  async *#listPacked(endpointId: string, range: KeyRange): AsyncGenerator<Kept> {
    const query = { ...ranges.packs(endpointId, range), pageSize: PACKS_A_PAGE };
    let slot: { readonly prefix: string; readonly packed: Map<string, Packed> } | undefined;
    for await (const page of this.#of(endpointId).rows.pages(query))
      for (const row of page) {
        const prefix = row.rowKey.slice(0, row.rowKey.lastIndexOf('|'));
        if (prefix !== slot?.prefix) {
          if (slot) yield* inOrder(endpointId, slot.packed, range);
          slot = { prefix, packed: new Map() };
        }
        keepNewest(slot.packed, packedIn(row));
      }
    if (slot) yield* inOrder(endpointId, slot.packed, range);
  }

  #ports() {
    return { queues: this.#queues, tenantId: this.#tenantId };
  }

  #of(endpointId: string) {
    const found = this.#partitions[bucketOf(endpointId)];
    if (!found) throw new RangeError(`no partition for ${endpointId}`);
    return found;
  }
}

/** A pack is up to 64 KiB. */
const PACKS_A_PAGE = 100;

function* inOrder(
  endpointId: string,
  packed: ReadonlyMap<string, Packed>,
  { from, to }: KeyRange,
): Generator<Kept> {
  for (const key of [...packed.keys()].sort()) {
    const one = packed.get(key);
    if (one && key >= from && key < to) yield toKept(endpointId, one);
  }
}

/** What is put off is packed, and what is delivered. */
const PACKED: ReadonlySet<DeliveryStatus> = new Set(['pending', 'delivered']);

/** One that was put off by one message may have been delivered by another copy of it. */
function keepNewest(known: Map<string, Packed>, packed: readonly Packed[]): void {
  for (const one of packed)
    if (one.row.attempts >= (known.get(one.key)?.row.attempts ?? 0)) known.set(one.key, one);
}

function toKept(endpointId: string, packed: Packed): Kept {
  const { key, row } = packed;
  return { delivery: toDelivery(endpointId, key, row), key, row, packed };
}

/** Both in the order of their keys; of two with the same key, the left one. */
async function* merged(left: AsyncGenerator<Kept>, right: AsyncGenerator<Kept>): AsyncGenerator<Kept> {
  let [ours, theirs] = await Promise.all([left.next(), right.next()]);
  while (!ours.done || !theirs.done) {
    const isLeft = !ours.done && (theirs.done || ours.value.key <= theirs.value.key);
    const isRight = !theirs.done && (ours.done || theirs.value.key <= ours.value.key);
    if (isLeft) yield ours.value as Kept;
    else yield theirs.value as Kept;
    if (isLeft) ours = await left.next();
    if (isRight) theirs = await right.next();
  }
}
