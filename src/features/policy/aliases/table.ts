/** One property path of an alias and, where it is not the default, the API versions that have it. */
export interface AliasPath {
  readonly path: string;
  readonly apiVersions: readonly string[];
}

/** Where an alias points within resources of one type. */
export interface AliasTarget {
  /** Path for every API version that `paths` does not list; null when there is none. */
  readonly defaultPath: string | null;
  readonly paths: readonly AliasPath[];
  /** Whether `modify` may change it; undefined when the source does not say. */
  readonly modifiable?: boolean;
}

/** An alias: its spelling, and its target by lower-case resource type. The key '' serves every other type. */
export interface Alias {
  readonly name: string;
  readonly targets: ReadonlyMap<string, AliasTarget>;
}

/** What is known of a resource type. */
export interface ResourceTypeFacts {
  /** Whether the type has tags and a location, so that mode Indexed evaluates it. */
  readonly indexed: boolean;
}

/** The aliases in force. Keys of both maps are lower-case. */
export interface AliasTable {
  readonly aliases: ReadonlyMap<string, Alias>;
  readonly types: ReadonlyMap<string, ResourceTypeFacts>;
}

/** A table that knows nothing. */
export const emptyAliasTable: AliasTable = Object.freeze({ aliases: new Map(), types: new Map() });

/** An alias by name in any casing. */
export function findAlias(table: AliasTable, name: string): Alias | undefined {
  return table.aliases.get(name.toLowerCase());
}

/** Which resource an alias is resolved for: lower-case type, and API version where known. */
export interface AliasSubject {
  readonly type: string;
  readonly apiVersion?: string | undefined;
}

/**
 * The path of an alias for one resource; with type '' (unknown), its first path.
 * @returns null where the alias has none for that type or API version: it then reads as an absent value.
 */
export function aliasPath(alias: Alias, subject: AliasSubject): string | null {
  const target = targetFor(alias, subject.type);
  if (target === undefined) return null;
  const version = subject.apiVersion?.toLowerCase();
  if (version !== undefined) {
    for (const each of target.paths) {
      if (each.apiVersions.includes(version)) return each.path;
    }
  }
  return target.defaultPath ?? (version === undefined ? (target.paths[0]?.path ?? null) : null);
}

function targetFor(alias: Alias, type: string): AliasTarget | undefined {
  const exact = alias.targets.get(type);
  if (exact !== undefined) return exact;
  if (type === '') return alias.targets.values().next().value;
  if (!belongsTo(alias.name.toLowerCase(), type)) return undefined;
  return alias.targets.get('') ?? alias.targets.values().next().value;
}

/** An alias names its type (`Namespace/type/…`), or only a namespace (`Microsoft.HybridCompute/imageOffer`). */
function belongsTo(alias: string, type: string): boolean {
  if (alias.startsWith(`${type}/`)) return true;
  const slash = alias.indexOf('/');
  return alias.indexOf('/', slash + 1) < 0 && type.startsWith(alias.slice(0, slash + 1));
}

/** Whether `modify` may change an alias; undefined when the table does not say. */
export function isModifiable(alias: Alias): boolean | undefined {
  const known = [...alias.targets.values()].flatMap((target) => target.modifiable ?? []);
  return known.length === 0 ? undefined : known.some(Boolean);
}
