import { hash } from 'node:crypto';

/** A row of a table, or a blob; `state` is its ETag, which changes with every write. */
export type Item = {
  /** What is copied and compared as a whole: a partition of a table, a blob. */
  readonly part: string;
  readonly state: string;
  /** JSON, the same for the same content. */
  readonly line: string;
};

/** What a part holds: sums of SHA-256 modulo 2^256, so that the order of rows does not matter. */
export type Digest = { readonly items: number; readonly content: string; readonly state: string };

const MODULUS = 1n << 256n;

/** Sums up items by part. */
export class Digests {
  readonly #parts = new Map<string, { items: number; content: bigint; state: bigint }>();

  add({ part, state, line }: Item): void {
    this.#sum(part, { items: 1, content: line === '' ? 0n : sha256(line), state: sha256(state) });
  }

  addAll(digests: Readonly<Record<string, Digest>>): void {
    for (const [part, { items, content, state }] of Object.entries(digests))
      this.#sum(part, { items, content: BigInt(`0x${content}`), state: BigInt(`0x${state}`) });
  }

  /** Takes the place of what was known of a part; one without items is gone. */
  replace(part: string, digests: Readonly<Record<string, Digest>>): void {
    this.#parts.delete(part);
    this.addAll(digests);
  }

  toRecord(): Record<string, Digest> {
    return Object.fromEntries(
      [...this.#parts].map(([part, { items, content, state }]) => [
        part,
        { items, content: content.toString(16), state: state.toString(16) },
      ]),
    );
  }

  #sum(part: string, more: { items: number; content: bigint; state: bigint }): void {
    const known = this.#parts.get(part) ?? { items: 0, content: 0n, state: 0n };
    this.#parts.set(part, {
      items: known.items + more.items,
      content: (known.content + more.content) % MODULUS,
      state: (known.state + more.state) % MODULUS,
    });
  }
}

/** Parts whose digests differ in one respect, or that only one side has. */
export function differing(
  one: Readonly<Record<string, Digest>>,
  other: Readonly<Record<string, Digest>>,
  respect: 'content' | 'state',
): string[] {
  const parts = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...parts].filter(
    (part) => one[part]?.items !== other[part]?.items || one[part]?.[respect] !== other[part]?.[respect],
  );
}

function sha256(text: string): bigint {
  return BigInt(`0x${hash('sha256', text)}`);
}
