/**
 * The live rows of an index in one sort order. Rows are added in bulk: the new ones are sorted and merged,
 * so a change costs O(n) copies and O(m log m) comparisons, never a sort of everything.
 */
export class OrderedView {
  readonly #compare: (a: number, b: number) => number;
  #rows: Uint32Array;

  constructor(rows: Uint32Array, compare: (a: number, b: number) => number) {
    this.#compare = compare;
    this.#rows = rows.slice().sort(compare);
  }

  get rows(): Uint32Array {
    return this.#rows;
  }

  /** Adds rows and drops those that are not alive any more. */
  merge(added: readonly number[], isAlive: (row: number) => boolean): void {
    const fresh = Uint32Array.from(added.filter(isAlive)).sort(this.#compare);
    const merged = new Uint32Array(this.#rows.length + fresh.length);
    let length = 0;
    let next = 0;
    for (const row of this.#rows) {
      if (!isAlive(row)) continue;
      while (next < fresh.length && this.#compare(fresh[next] ?? 0, row) < 0) {
        merged[length++] = fresh[next++] ?? 0;
      }
      merged[length++] = row;
    }
    while (next < fresh.length) merged[length++] = fresh[next++] ?? 0;
    this.#rows = merged.slice(0, length);
  }
}
