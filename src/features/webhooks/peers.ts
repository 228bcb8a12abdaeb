import { randomUUID } from 'node:crypto';
import { messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import type { Partition, Tables } from '#platform/tables.ts';
import type { Limits } from './delivery/gate.ts';
import type { Endpoint } from './endpointStore.ts';
import { webhooksTable } from './rows.ts';

/** How often an instance that delivers says so, and hears of the others. */
const BEAT_MS = 3_000;
/** One that has said nothing for so long has no share; judged by the clock of the storage alone. */
const ALIVE_MS = 9_000;
const FORGET_MS = 3_600_000;

type Limited = Pick<Endpoint, 'id' | 'max_concurrency' | 'rate_limit_per_second'>;
type Known = { readonly ids: readonly string[]; readonly readAt: number };

/**
 * The instances that deliver at the moment. Each writes a row of its own, none a shared one; from the same rows all
 * of them come to the same division of an endpoint's limits.
 */
export class Peers {
  readonly #rows: Partition;
  readonly #beatMs: number;
  readonly #id = randomUUID();
  #known: Known | undefined;
  #reading: Promise<Known> | undefined;

  constructor(tables: Tables, beatMs = BEAT_MS) {
    this.#beatMs = beatMs;
    this.#rows = tables.open(webhooksTable).system('instances');
  }

  /** This instance's share of what an endpoint lets in. The shares of all instances add up to the whole. */
  limitsOf(endpoint: Limited): Limits | Promise<Limits> {
    const known = this.#current();
    if (known instanceof Promise) return known.then((read) => this.#shareOf(endpoint, read));
    return this.#shareOf(endpoint, known);
  }

  #shareOf(endpoint: Limited, { ids }: Known): Limits {
    const { max_concurrency: places, rate_limit_per_second: rate } = endpoint;
    const offset = Number.parseInt(endpoint.id.slice(0, 4), 16) || 0;
    const position = (ids.indexOf(this.#id) + offset) % ids.length;
    const isFirst = position < places % ids.length;
    return {
      concurrency: Math.floor(places / ids.length) + (isFirst ? 1 : 0),
      ratePerSecond: rate === null ? null : rate / ids.length,
    };
  }

  #current(): Known | Promise<Known> {
    const known = this.#known;
    const age = known ? performance.now() - known.readAt : Number.POSITIVE_INFINITY;
    if (known && age < this.#beatMs) return known;
    this.#reading ??= this.#beat().finally(() => {
      this.#reading = undefined;
    });
    return known && age < ALIVE_MS ? known : this.#reading;
  }

  /** What cannot be read changes nothing. */
  async #beat(): Promise<Known> {
    const readAt = performance.now();
    try {
      await this.#rows.write({ kind: 'upsert', rowKey: this.#id, row: {} });
      const rows = await this.#rows.list<{ timestamp: string }>();
      const ages = toAges(rows, this.#id);
      const alive = ages.flatMap(({ id, age }) => (age < ALIVE_MS || id === this.#id ? [id] : []));
      this.#known = { ids: alive.length > 0 ? alive.sort() : [this.#id], readAt };
      await this.#rows.remove(ages.flatMap(({ id, age }) => (age > FORGET_MS ? [id] : [])));
      return this.#known;
    } catch (error) {
      log.warning('the other instances are not known', { error: messageOf(error) });
      this.#known = { ids: this.#known?.ids ?? [this.#id], readAt };
      return this.#known;
    }
  }
}

/** Milliseconds by which a row is older than our own, which was just written. */
function toAges(
  rows: readonly { rowKey: string; timestamp: string }[],
  own: string,
): { id: string; age: number }[] {
  const now = Date.parse(rows.find(({ rowKey }) => rowKey === own)?.timestamp ?? '');
  return rows.map(({ rowKey, timestamp }) => ({ id: rowKey, age: now - Date.parse(timestamp) || 0 }));
}
