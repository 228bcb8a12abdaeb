/** A growing column of unsigned 32-bit numbers. */
export class Uint32Column {
  #data = new Uint32Array(1024);

  get(row: number): number {
    return this.#data[row] ?? 0;
  }

  set(row: number, value: number): void {
    if (row >= this.#data.length) {
      const larger = new Uint32Array(Math.max(this.#data.length * 2, row + 1));
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[row] = value;
  }
}
