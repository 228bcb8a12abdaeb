import type { Clock } from '#platform/clock.ts';
import { textOf } from '#platform/columns.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { type Standing, unpackFindings } from '../evaluation/outcomes.ts';
import { FINDINGS_COLUMNS, fromHeadRow, fromLogRow, HEAD, type Head, ranges } from '../rows/rows.ts';
import type { ComplianceStore } from '../rows/store.ts';
import { BOUNDS } from '../work/ranges.ts';

/** What a resource is not simply compliant with; equal ones are one object. */
export type Findings = readonly (readonly [code: string, standing: Standing])[];

type Segment = { seq: number; readonly rows: Map<string, Findings> };

const FRESHNESS_MS = 250;
const READ_CONCURRENCY = 32;
const LOAD_CONCURRENCY = 8;
/** Texts of findings that are kept to be recognised; after that they are learnt anew. */
const MAX_TEXTS = 100_000;
const NONE: Findings = [];

/**
 * The findings of a tenant's resources in the memory of this instance: read from the tables once, at the first
 * question, then the log of each segment is followed. Some 150 bytes a resource, since equal findings are kept once.
 */
export class FindingsIndex {
  readonly #store: ComplianceStore;
  readonly #segmentsOf: () => Promise<readonly string[]>;
  readonly #clock: Clock;
  readonly #segments = new Map<string, Segment>();
  #texts = new Map<string, Findings>();
  #heads = new Map<string, Head>();
  #freshAt = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> | undefined;

  constructor(store: ComplianceStore, ports: { clock: Clock; segmentsOf: () => Promise<readonly string[]> }) {
    this.#store = store;
    this.#segmentsOf = ports.segmentsOf;
    this.#clock = ports.clock;
  }

  /** Heads of every segment, as of at most `FRESHNESS_MS` ago: counts without any row. */
  async heads(): Promise<ReadonlyMap<string, Head>> {
    if (this.#clock.now().getTime() - this.#freshAt < FRESHNESS_MS) return this.#heads;
    return this.#readHeads();
  }

  /** Makes `of` answer as of now. */
  async refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    await this.#refreshing;
  }

  of(segment: string, key: string): Findings {
    return this.#segments.get(segment)?.rows.get(key) ?? NONE;
  }

  async #refresh(): Promise<void> {
    const heads = await this.#readHeads();
    const behind = [...heads].filter(([segment, { seq }]) => this.#segments.get(segment)?.seq !== seq);
    await mapConcurrently(behind, LOAD_CONCURRENCY, async ([segment, { seq }]) => {
      const known = this.#segments.get(segment);
      if (!(known && (await this.#follow(segment, known)))) await this.#load(segment, seq);
    });
  }

  async #readHeads(): Promise<ReadonlyMap<string, Head>> {
    const at = this.#clock.now().getTime();
    const segments = await this.#segmentsOf();
    const heads = await mapConcurrently(segments, READ_CONCURRENCY, async (segment) => {
      const row = await this.#store.rows(segment).partition.get(HEAD);
      return [segment, fromHeadRow(row)] as const;
    });
    this.#heads = new Map(heads);
    this.#freshAt = at;
    return this.#heads;
  }

  /** Rows may be newer than `seq`; following the log from there comes to the same. */
  async #load(segment: string, seq: number): Promise<void> {
    const { partition } = this.#store.rows(segment);
    const rows = new Map<string, Findings>();
    await mapConcurrently(BOUNDS.entries(), LOAD_CONCURRENCY, async ([place, bound]) => {
      const range = { ...ranges.resources(bound, BOUNDS[place + 1]), select: FINDINGS_COLUMNS };
      for await (const page of partition.pages(range))
        for (const row of page) this.#put(rows, row.rowKey.slice(2), textOf('findings', row));
    });
    this.#segments.set(segment, { seq, rows });
  }

  /** False where the log does not reach back so far. */
  async #follow(segment: string, known: Segment): Promise<boolean> {
    for await (const page of this.#store.rows(segment).partition.pages(ranges.logAfter(known.seq))) {
      for (const row of page) {
        const { seq, entries } = fromLogRow(row);
        if (seq !== known.seq + 1) return false;
        for (const [key, findings] of entries) this.#put(known.rows, key, findings ?? '');
        known.seq = seq;
      }
    }
    return true;
  }

  #put(rows: Map<string, Findings>, key: string, text: string): void {
    if (text === '') {
      rows.delete(key);
      return;
    }
    const known = this.#texts.get(text) ?? unpackFindings(text);
    if (this.#texts.size >= MAX_TEXTS) this.#texts = new Map();
    this.#texts.set(text, known);
    rows.set(key, known);
  }
}
