import type { AliasTable } from '#features/policy/index.ts';

type Aliases = AliasTable['aliases'];
export type Alias = Aliases extends ReadonlyMap<string, infer A> ? A : never;
type Target = Alias['targets'] extends ReadonlyMap<string, infer T> ? T : never;
type KeptAlias = readonly [name: string, targets: readonly (readonly [type: string, Target])[]];

/** JSON of the aliases of each lower-case namespace. */
export type Namespaces = Readonly<Record<string, string>>;

/** The aliases of a table as text, a namespace at a time. */
export function toNamespaces(aliases: Aliases): Namespaces {
  const grouped = Map.groupBy(aliases, ([key]) => namespaceOf(key));
  return Object.fromEntries(
    [...grouped].map(([namespace, members]) => {
      const kept = members.map(([, { name, targets }]): KeptAlias => [name, [...targets]]);
      return [namespace, JSON.stringify(kept)];
    }),
  );
}

/**
 * Aliases by lower-case name. Azure has some 80,000 and policies ask for few namespaces, so each is parsed when it is
 * first asked for: an instance that starts need not wait for all.
 */
export class AliasesByNamespace implements Aliases {
  readonly size: number;
  readonly #waiting: Map<string, string>;
  readonly #parsed = new Map<string, Map<string, Alias>>();

  constructor(namespaces: Namespaces, size: number) {
    this.#waiting = new Map(Object.entries(namespaces));
    this.size = size;
  }

  get(key: string): Alias | undefined {
    return this.#namespace(namespaceOf(key)).get(key);
  }

  has(key: string): boolean {
    return this.#namespace(namespaceOf(key)).has(key);
  }

  *entries(): MapIterator<[string, Alias]> {
    for (const namespace of [...this.#parsed.keys(), ...this.#waiting.keys()])
      yield* this.#namespace(namespace).entries();
    return undefined;
  }

  *keys(): MapIterator<string> {
    for (const [key] of this.entries()) yield key;
    return undefined;
  }

  *values(): MapIterator<Alias> {
    for (const [, alias] of this.entries()) yield alias;
    return undefined;
  }

  [Symbol.iterator](): MapIterator<[string, Alias]> {
    return this.entries();
  }

  forEach(work: (alias: Alias, key: string, map: Aliases) => void): void {
    for (const [key, alias] of this.entries()) work(alias, key, this);
  }

  #namespace(namespace: string): Map<string, Alias> {
    const known = this.#parsed.get(namespace);
    if (known) return known;
    const kept = JSON.parse(this.#waiting.get(namespace) ?? '[]') as KeptAlias[];
    const aliases = new Map(
      kept.map(([name, targets]) => [name.toLowerCase(), { name, targets: new Map(targets) }]),
    );
    if (this.#waiting.delete(namespace)) this.#parsed.set(namespace, aliases);
    return aliases;
  }
}

function namespaceOf(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf('/')));
}
