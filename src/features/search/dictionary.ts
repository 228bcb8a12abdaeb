/** Numbers the distinct values of a column: rows keep a 4-byte code, comparisons are integer comparisons. */
export class Dictionary {
  readonly #codes = new Map<string, number>();
  readonly #values: string[] = [];

  /** Code of a value, given one where it is new. */
  add(value: string): number {
    const known = this.#codes.get(value);
    if (known !== undefined) return known;
    const code = this.#values.length;
    this.#values.push(value);
    this.#codes.set(value, code);
    return code;
  }

  /** Code of a value; undefined where no row ever had it. */
  code(value: string): number | undefined {
    return this.#codes.get(value);
  }

  value(code: number): string {
    return this.#values[code] ?? '';
  }

  /** Codes of all values that pass. */
  matching(test: (value: string) => boolean): Set<number> {
    const codes = new Set<number>();
    for (const [code, value] of this.#values.entries()) if (test(value)) codes.add(code);
    return codes;
  }
}
