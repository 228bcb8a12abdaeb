import {
  MAX_TRANSACTION,
  type Partition,
  type RowWrite,
  type Tables,
  WriteConflict,
} from '#platform/tables.ts';
import {
  type DeliveryRow,
  deliveriesTable,
  joinText,
  LISTED,
  parseDeliveryId,
  ranges,
  rowKeys,
  splitText,
  toAttempt,
  toAttemptRow,
  toDelivery,
} from './rows.ts';
import type { Attempt, DeliveriesQuery, Delivery, DeliveryStatus } from './schema.ts';

export type NewDelivery = { readonly key: string; readonly row: DeliveryRow; readonly body: string };
/** A delivery with what is needed to send it. */
export type KeptDelivery = DeliveryRow & { readonly body: string };

type Waiting = {
  readonly writes: readonly RowWrite[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** A transaction takes 4 MiB; a character two bytes. */
const MAX_CHARACTERS = 1_000_000;

/** What is kept of the deliveries of one tenant. */
export class DeliveryStore {
  readonly #open: (endpointId: string) => Partition;
  readonly #recorders = new Map<string, Recorder>();

  constructor(tenantId: string, tables: Tables) {
    const table = tables.open(deliveriesTable);
    this.#open = (endpointId) => table.forTenant(tenantId, endpointId);
  }

  /** Keeps deliveries; returns those that are still to be queued: the new ones, and such as were never attempted. */
  async insert(endpointId: string, deliveries: readonly NewDelivery[]): Promise<NewDelivery[]> {
    const partition = this.#open(endpointId);
    const open: NewDelivery[] = [];
    for (const batch of batches(deliveries)) open.push(...(await insertBatch(partition, batch)));
    return open;
  }

  async find(endpointId: string, key: string): Promise<KeptDelivery | undefined> {
    const row = await this.#open(endpointId).get<DeliveryRow>(rowKeys.delivery(key));
    return row && { ...row, body: joinText(row) };
  }

  /** A delivery with every attempt, oldest first. */
  async details(id: string): Promise<(Delivery & { payload: unknown; log: Attempt[] }) | undefined> {
    const place = parseDeliveryId(id);
    if (!place) return undefined;
    const partition = this.#open(place.endpointId);
    const row = await partition.get(rowKeys.delivery(place.key));
    if (!row) return undefined;
    const attempts = await partition.list(ranges.attempts(place.key));
    const payload: unknown = JSON.parse(joinText(row));
    return { ...toDelivery(place.endpointId, row), payload, log: attempts.map(toAttempt) };
  }

  /** Deliveries of an endpoint, newest event first; `next` is the key to go on after. */
  async list(
    endpointId: string,
    query: Pick<DeliveriesQuery, 'event_type' | 'since' | 'until' | 'limit'> & {
      statuses?: readonly DeliveryStatus[];
      after?: string | undefined;
    },
  ): Promise<{ data: Delivery[]; next: string | undefined }> {
    const { since, until, after, statuses, event_type: type, limit } = query;
    const range = ranges.deliveries({
      ...(since && { since }),
      ...(until && { until }),
      ...(after && { after }),
    });
    const data: Delivery[] = [];
    for await (const page of this.#open(endpointId).pages({ ...range, select: LISTED })) {
      for (const row of page) {
        const delivery = toDelivery(endpointId, row);
        if (statuses && !statuses.includes(delivery.status)) continue;
        if (type && delivery.event_type !== type) continue;
        data.push(delivery);
        if (data.length > limit) {
          const last = data[limit - 1];
          return { data: data.slice(0, limit), next: last && parseDeliveryId(last.id)?.key };
        }
      }
    }
    return { data, next: undefined };
  }

  /** Writes what became of a delivery, with its attempt. What comes meanwhile goes in the next transaction together. */
  record(endpointId: string, key: string, change: Partial<DeliveryRow>, attempt?: Attempt): Promise<void> {
    let recorder = this.#recorders.get(endpointId);
    if (!recorder) {
      recorder = new Recorder(this.#open(endpointId));
      if (this.#recorders.size > 10_000) this.#recorders.clear();
      this.#recorders.set(endpointId, recorder);
    }
    const writes: RowWrite[] = [{ kind: 'merge', rowKey: rowKeys.delivery(key), row: change }];
    if (attempt) {
      const rowKey = rowKeys.attempt(key, attempt.at, attempt.attempt);
      writes.push({ kind: 'upsert', rowKey, row: toAttemptRow(attempt) });
    }
    return recorder.write(writes);
  }

  /** Key of the first delivery in a resource's line. */
  async firstInLine(endpointId: string, resource: string): Promise<string | undefined> {
    for await (const page of this.#open(endpointId).pages<{ key: string }>(ranges.line(resource)))
      return page[0]?.key;
    return undefined;
  }

  async leaveLine(endpointId: string, resource: string, key: string): Promise<void> {
    try {
      await this.#open(endpointId).write({ kind: 'delete', rowKey: rowKeys.line(resource, key) });
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
    }
  }

  /** Removes deliveries and attempts of events before a time. Returns how many rows. */
  async forget(endpointId: string, before: Date): Promise<number> {
    const partition = this.#open(endpointId);
    let removed = 0;
    for (const kind of ['a', 'd'] as const) {
      for await (const page of partition.pages({ ...ranges.olderThan(kind, before), select: [] })) {
        for (let at = 0; at < page.length; at += MAX_TRANSACTION) {
          const rows = page.slice(at, at + MAX_TRANSACTION);
          await partition.transaction(rows.map(({ rowKey }) => ({ kind: 'delete', rowKey })));
          removed += rows.length;
        }
      }
    }
    return removed;
  }
}

function* batches(deliveries: readonly NewDelivery[]): Generator<NewDelivery[]> {
  let batch: NewDelivery[] = [];
  let size = 0;
  for (const delivery of deliveries) {
    const isFull = batch.length >= MAX_TRANSACTION / 2 || size + delivery.body.length > MAX_CHARACTERS;
    if (isFull && batch.length > 0) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(delivery);
    size += delivery.body.length;
  }
  if (batch.length > 0) yield batch;
}

async function insertBatch(partition: Partition, batch: readonly NewDelivery[]): Promise<NewDelivery[]> {
  try {
    await partition.transaction(batch.flatMap(toWrites));
    return [...batch];
  } catch (error) {
    if (!(error instanceof WriteConflict)) throw error;
  }
  const open: NewDelivery[] = [];
  for (const delivery of batch) if (await insertOne(partition, delivery)) open.push(delivery);
  return open;
}

async function insertOne(partition: Partition, delivery: NewDelivery): Promise<boolean> {
  try {
    await partition.transaction(toWrites(delivery));
    return true;
  } catch (error) {
    if (!(error instanceof WriteConflict)) throw error;
  }
  const row = await partition.get<DeliveryRow>(rowKeys.delivery(delivery.key));
  return row?.status === 'pending' && row.attempts === 0;
}

function toWrites({ key, row, body }: NewDelivery): RowWrite[] {
  const writes: RowWrite[] = [
    { kind: 'insert', rowKey: rowKeys.delivery(key), row: { ...row, ...splitText(body) } },
  ];
  if (row.resource) writes.push({ kind: 'upsert', rowKey: rowKeys.line(row.resource, key), row: { key } });
  return writes;
}

/** Groups the writes of one partition: while a transaction is on its way, the next one gathers. */
class Recorder {
  readonly #partition: Partition;
  #waiting: Waiting[] = [];
  #isRunning = false;

  constructor(partition: Partition) {
    this.#partition = partition;
  }

  write(writes: readonly RowWrite[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ writes, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#take();
      try {
        await this.#partition.transaction(group.flatMap(({ writes }) => writes));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#isRunning = false;
  }

  /** A transaction may touch a row only once, and takes 4 MiB: an attempt holds 4 KB of body and some headers. */
  #take(): Waiting[] {
    const group: Waiting[] = [];
    const rows = new Set<string>();
    let at = 0;
    for (; at < this.#waiting.length && rows.size < MAX_TRANSACTION - 1; at += 1) {
      const next = this.#waiting[at];
      if (!next || next.writes.some(({ rowKey }) => rows.has(rowKey))) break;
      for (const { rowKey } of next.writes) rows.add(rowKey);
      group.push(next);
    }
    this.#waiting = this.#waiting.slice(at);
    return group;
  }
}
