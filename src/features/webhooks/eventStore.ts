import {
  MAX_TRANSACTION,
  type Partition,
  type RowWrite,
  type Tables,
  WriteConflict,
} from '#platform/tables.ts';
import { toPayload, WebhookEvent } from './payload.ts';
import { deliveriesTable, joinText, ranges, splitText } from './rows.ts';

/** An event with the key of its row, and the message that brought it. */
export type Arrival = { readonly key: string; readonly event: WebhookEvent; readonly claim: string };
/** `isResumed`: the same message has brought it before, and died before all was queued. */
export type Admission = { readonly arrival: Arrival; readonly isResumed: boolean };

type EventRow = { readonly claim: string };

/** A transaction takes 4 MiB; a character two bytes. */
const MAX_CHARACTERS = 1_000_000;
const MAX_CACHED = 32;

/** The events of one tenant that any endpoint wants, kept once each. */
export class EventStore {
  readonly #rows: Partition;
  readonly #texts = new Map<string, Promise<string | undefined>>();

  constructor(tenantId: string, tables: Tables) {
    this.#rows = tables.open(deliveriesTable).forTenant(tenantId, 'events');
  }

  /**
   * Keeps events; returns those that are this caller's to fan out. An event that another message has brought is
   * that message's: it is not settled before all is queued, so nothing is lost by leaving it alone.
   */
  async admit(arrivals: readonly Arrival[]): Promise<Admission[]> {
    const admitted: Admission[] = [];
    for (const batch of batches(arrivals)) admitted.push(...(await this.#admitBatch(batch)));
    return admitted;
  }

  /** The payload of a kept event as text, always the same bytes; undefined where the event is no longer kept. */
  async text(key: string, style: 'full' | 'thin'): Promise<string | undefined> {
    const name = `${key}|${style}`;
    let reading = this.#texts.get(name);
    if (!reading) {
      if (this.#texts.size >= MAX_CACHED) this.#texts.clear();
      reading = this.#read(key, style);
      this.#texts.set(name, reading);
      reading.catch(() => this.#texts.delete(name));
    }
    return reading;
  }

  /** Removes events before a time. */
  async forget(before: Date): Promise<void> {
    for await (const page of this.#rows.pages({ ...ranges.oldEvents(before), select: [] }))
      await this.#rows.remove(page.map(({ rowKey }) => rowKey));
  }

  async #read(key: string, style: 'full' | 'thin'): Promise<string | undefined> {
    const row = await this.#rows.get(key);
    return row && JSON.stringify(toPayload(WebhookEvent.parse(JSON.parse(joinText(row))), style));
  }

  async #admitBatch(batch: readonly Arrival[]): Promise<Admission[]> {
    try {
      await this.#rows.transaction(batch.map(toWrite));
      return batch.map((arrival) => ({ arrival, isResumed: false }));
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
    }
    const admitted: Admission[] = [];
    for (const arrival of batch) admitted.push(...(await this.#admitOne(arrival)));
    return admitted;
  }

  async #admitOne(arrival: Arrival): Promise<Admission[]> {
    try {
      await this.#rows.write(toWrite(arrival));
      return [{ arrival, isResumed: false }];
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
    }
    const row = await this.#rows.get<EventRow>(arrival.key);
    return row?.claim === arrival.claim ? [{ arrival, isResumed: true }] : [];
  }
}

function toWrite({ key, event, claim }: Arrival): RowWrite {
  return { kind: 'insert', rowKey: key, row: { claim, ...splitText(JSON.stringify(event)) } };
}

function* batches(arrivals: readonly Arrival[]): Generator<Arrival[]> {
  let batch: Arrival[] = [];
  let size = 0;
  for (const arrival of arrivals) {
    const length = JSON.stringify(arrival.event).length;
    if (batch.length > 0 && (batch.length >= MAX_TRANSACTION || size + length > MAX_CHARACTERS)) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(arrival);
    size += length;
  }
  if (batch.length > 0) yield batch;
}
