type NonEmpty<T> = readonly [T, ...T[]];

/** A small fast generator (sfc32) whose stream depends only on the numbers it was made from. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  constructor(seed: number, ...path: readonly number[]) {
    let hash = mix(seed ^ 0x9e3779b9);
    for (const part of path) hash = mix(hash ^ Math.imul(part + 0x7f4a7c15, 0x85ebca6b));
    this.#a = hash;
    this.#b = mix(hash + 0x6d2b79f5);
    this.#c = mix(hash ^ 0x1b873593);
    for (let round = 0; round < 6; round++) this.#step();
  }

  #step(): number {
    const sum = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    return this.#step() / 4294967296;
  }

  /** A whole number from min to max, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<const T extends NonEmpty<unknown>>(items: T): T[number] {
    return items[Math.floor(this.next() * items.length)] ?? items[0];
  }

  /** Picks by weight from pairs of item and weight. */
  weighted<const T extends NonEmpty<readonly [unknown, number]>>(items: T): T[number][0] {
    let total = 0;
    for (const [, weight] of items) total += weight;
    let left = this.next() * total;
    for (const [item, weight] of items) {
      left -= weight;
      if (left < 0) return item;
    }
    return items[0][0];
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += this.#step().toString(16).padStart(8, '0');
    return text.slice(0, digits);
  }

  /** A version 4 UUID. */
  uuid(): string {
    const hex = this.hex(32);
    const variant = '89ab'[this.int(0, 3)] ?? '8';
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}
