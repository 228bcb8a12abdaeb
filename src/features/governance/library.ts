import { mapConcurrently } from '#platform/concurrently.ts';
import { Current, type FreshnessOptions } from './current.ts';
import { keyOf } from './ids.ts';
import { Mirror } from './mirror.ts';
import type { DefinitionRecord, InitiativeRecord, Kind, Records } from './model.ts';
import type { Pack } from './pack.ts';
import type { Remark } from './remarks.ts';
import { rangeOf, recordRowKey, rowKeyOf } from './rows.ts';
import type { GovernanceStore } from './store.ts';
import { type Summary, summaryOf } from './summary.ts';

const READ_CONCURRENCY = 32;

/** Kinds that there are thousands of. */
export type ListedKind = 'definition' | 'initiative';
type Summaries = Record<Kind, Summary>;

/** Every definition and initiative that a tenant could assign: ours, the starter pack's and Azure's. */
export class Library {
  readonly #store: GovernanceStore;
  readonly #pack: Pack;
  readonly #lists: Current<Readonly<Record<ListedKind, readonly Summary[]>>>;

  constructor(store: GovernanceStore, options: { pack: Pack; freshnessMs: number }) {
    this.#store = store;
    this.#pack = options.pack;
    const mirror = new Mirror<Summaries>({
      one: async (_kind, rowKey) => parse(await store.row(rowKey)),
      all: (kind) => summaryPages(store, kind),
    });
    this.#lists = new Current(store, {
      freshnessMs: options.freshnessMs,
      read: async (revision) => {
        mirror.follow(revision);
        const remarks = await store.remarks();
        const [definitions, initiatives] = [await mirror.all('definition'), await mirror.all('initiative')];
        return {
          definition: [...this.#packed('definition'), ...definitions].map((each) => remarked(each, remarks)),
          initiative: [...this.#packed('initiative'), ...initiatives],
        };
      },
    });
  }

  /** Summaries of all, in no order. */
  async summaries(kind: ListedKind, options: FreshnessOptions = {}): Promise<readonly Summary[]> {
    return (await this.#lists.get(options))[kind];
  }

  invalidate(): void {
    this.#lists.invalidate();
  }

  /** A definition with our remarks, by short id or ARM id. */
  async definition(id: string): Promise<DefinitionRecord | undefined> {
    const key = keyOf('definition', id);
    if (key === undefined) return undefined;
    const [record, remark] = await Promise.all([this.#find('definition', key), this.#store.remark(key)]);
    return record && { ...record, ...remark };
  }

  /** Definitions by lower-case ARM id; those that do not exist are left out. */
  async definitions(ids: readonly string[]): Promise<Map<string, DefinitionRecord>> {
    const found = await mapConcurrently(new Set(ids.map((id) => id.toLowerCase())), READ_CONCURRENCY, (id) =>
      this.definition(id),
    );
    const known = found.filter((record) => record !== undefined);
    return new Map(known.map((record) => [record.definitionId.toLowerCase(), record]));
  }

  /** An initiative by short id or ARM id. */
  async initiative(id: string): Promise<InitiativeRecord | undefined> {
    const key = keyOf('initiative', id);
    return key === undefined ? undefined : this.#find('initiative', key);
  }

  async #find<K extends ListedKind>(kind: K, key: string): Promise<Records[K] | undefined> {
    const rowKey = rowKeyOf(kind, key);
    const ours = this.#records(kind).find((record) => recordRowKey(kind, record) === rowKey);
    return ours ?? (await this.#store.find(kind, rowKey));
  }

  #packed(kind: ListedKind): Summary[] {
    return this.#records(kind).map((record) => summaryOf(kind, record));
  }

  #records<K extends ListedKind>(kind: K): Records[K][] {
    const records = kind === 'definition' ? [...this.#pack.definitions.values()] : [this.#pack.initiative];
    return records as unknown as Records[K][];
  }
}

async function* summaryPages(
  store: GovernanceStore,
  kind: Kind,
): AsyncGenerator<(readonly [string, Summary])[]> {
  for await (const page of store.columns<{ summary: string }>(rangeOf(kind), ['summary']))
    yield page.map((row) => [row.rowKey, JSON.parse(row.summary) as Summary] as const);
}

function parse(row: Readonly<Record<string, unknown>> | undefined): Summary | undefined {
  return row && (JSON.parse(String(row.summary)) as Summary);
}

function remarked(summary: Summary, remarks: ReadonlyMap<string, Remark>): Summary {
  const remark = remarks.get(keyOf('definition', summary.id) ?? '');
  return remark ? { ...summary, ...remark } : summary;
}
