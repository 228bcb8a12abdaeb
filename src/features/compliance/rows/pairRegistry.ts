import { MAX_TRANSACTION, type Partition } from '#platform/tables.ts';
import { type Pair, type PairInfo, pairInfo } from '../plan/pair.ts';

type PairRow = { info: string };

/** What is known of every pair that has outcomes, also of those that are assigned no more. */
export class PairRegistry {
  readonly #partition: Partition;
  readonly #known = new Map<string, { readonly info: PairInfo; readonly text: string }>();
  readonly #told = new WeakSet<Pair>();
  #loading: Promise<void> | undefined;

  constructor(partition: Partition) {
    this.#partition = partition;
  }

  /** Reads all there is, once. */
  async load(): Promise<void> {
    this.#loading ??= this.#read();
    await this.#loading.catch((error) => {
      this.#loading = undefined;
      throw error;
    });
  }

  async reload(): Promise<void> {
    this.#loading = undefined;
    await this.load();
  }

  /** Reads again where a code is not known: another instance has met that pair. */
  async learn(codes: Iterable<string>): Promise<void> {
    for (const code of codes) if (!this.#known.has(code)) return this.reload();
  }

  get(code: string): PairInfo | undefined {
    return this.#known.get(code)?.info;
  }

  all(): PairInfo[] {
    return [...this.#known.values()].map(({ info }) => info);
  }

  /** Records pairs before any outcome of theirs is written. */
  async ensure(pairs: Iterable<Pair>): Promise<void> {
    await this.load();
    const changed: { pair: Pair; info: PairInfo; text: string }[] = [];
    for (const pair of pairs) {
      if (this.#told.has(pair)) continue;
      const info = pairInfo(pair);
      const text = JSON.stringify(info);
      if (this.#known.get(info.code)?.text !== text) changed.push({ pair, info, text });
      else this.#told.add(pair);
    }
    for (let at = 0; at < changed.length; at += MAX_TRANSACTION) {
      const part = changed.slice(at, at + MAX_TRANSACTION);
      await this.#partition.transaction(
        part.map(({ info, text }) => ({ kind: 'upsert', rowKey: info.code, row: { info: text } })),
      );
      for (const { pair, info, text } of part) {
        this.#known.set(info.code, { info, text });
        this.#told.add(pair);
      }
    }
  }

  async #read(): Promise<void> {
    for await (const page of this.#partition.pages<PairRow>())
      for (const { rowKey, info } of page) this.#known.set(rowKey, { info: JSON.parse(info), text: info });
  }
}
