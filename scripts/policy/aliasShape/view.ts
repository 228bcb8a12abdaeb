import { isRecord, wordOf } from '../cases/caseFile.ts';

/** An alias as one resource type sees it, with the path of one API version. */
export interface AliasEntry {
  /** Name below the type: `sku.name`, `rules[*].port`. */
  readonly short: string;
  readonly defaultPath: string;
  readonly versions: readonly { readonly path: string; readonly apiVersions: readonly string[] }[];
}

/** The aliases of one resource type. */
export interface AliasView {
  readonly entries: readonly AliasEntry[];
  /** Arrays (dotted, lower-case) whose members wrap their properties in `properties`. */
  readonly wrappedArrays: ReadonlySet<string>;
}

/** Fields that stand at the root of an ARM document. */
export const ROOT_FIELDS = [
  'name',
  'type',
  'location',
  'kind',
  'id',
  'tags',
  'identity',
  'sku',
  'plan',
  'zones',
  'managedBy',
  'etag',
  'apiVersion',
  'fullName',
  'systemData',
  'extendedLocation',
];

export const noAliases: AliasView = { entries: [], wrappedArrays: new Set() };

/** The path of an entry for an API version. */
export function pathOf(entry: AliasEntry, apiVersion: string | undefined): string {
  const wanted = apiVersion?.toLowerCase();
  const versioned = entry.versions.find(({ apiVersions }) =>
    apiVersions.some((each) => each.toLowerCase() === wanted),
  );
  return versioned?.path ?? entry.defaultPath;
}

/** Reads ARM providers and data-plane manifests into views by lower-case type. */
export function readViews(documents: readonly unknown[]): Map<string, AliasView> {
  const entries = new Map<string, AliasEntry[]>();
  for (const document of documents)
    for (const [type, alias] of aliasesIn(document)) addEntry(entries, type, alias);
  return new Map(
    [...entries].map(([type, list]) => [type, { entries: list, wrappedArrays: wrappedArraysOf(list) }]),
  );
}

function* aliasesIn(document: unknown): Generator<[string, unknown]> {
  if (isRecord(document) && 'dataNamespace' in document) yield* manifestAliases(document);
  const providers = isRecord(document) ? document.value : document;
  for (const provider of listOf(providers)) {
    for (const type of listOf(provider.resourceTypes)) {
      for (const alias of listOf(type.aliases))
        yield [`${wordOf(provider.namespace)}/${wordOf(type.resourceType)}`, alias];
    }
  }
}

function* manifestAliases(manifest: Record<string, unknown>): Generator<[string, unknown]> {
  const namespace = String(manifest.dataNamespace);
  const types = listOf(manifest.resourceTypeAliases);
  for (const type of types) {
    for (const alias of listOf(type.aliases)) yield [`${namespace}/${wordOf(type.resourceType)}`, alias];
  }
  for (const alias of listOf(manifest.aliases)) {
    const rest = String(alias.name)
      .slice(namespace.length + 1)
      .toLowerCase();
    const owners = types
      .map((type) => String(type.resourceType))
      .filter((type) => rest.startsWith(`${type.toLowerCase()}/`));
    const owner = owners.toSorted((left, right) => right.length - left.length)[0];
    if (owner !== undefined) yield [`${namespace}/${owner}`, alias];
  }
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function addEntry(entries: Map<string, AliasEntry[]>, type: string, alias: unknown): void {
  if (!isRecord(alias)) return;
  const versions = listOf(alias.paths).map((each) => ({
    path: String(each.path),
    apiVersions: [each.apiVersions, each.schemaVersions].flatMap((list) =>
      Array.isArray(list) ? list.map(String) : [],
    ),
  }));
  const defaultPath = typeof alias.defaultPath === 'string' ? alias.defaultPath : versions[0]?.path;
  if (defaultPath === undefined) return;
  const key = type.toLowerCase();
  const list = entries.get(key) ?? [];
  list.push({ short: shortName(String(alias.name), type), defaultPath, versions });
  entries.set(key, list);
}

function shortName(name: string, type: string): string {
  const below = name.toLowerCase().startsWith(`${type.toLowerCase()}/`);
  const short = below ? name.slice(type.length + 1) : name.slice(name.lastIndexOf('/') + 1);
  return short.replace(/^properties[./]/, '');
}

/** `rules[*].port` at `properties.rules[*].properties.port` says that the members of `rules` are wrapped. */
function wrappedArraysOf(entries: readonly AliasEntry[]): Set<string> {
  const arrays = new Set<string>();
  for (const { short, defaultPath } of entries) {
    const names = short.split('[*].').slice(0, -1);
    const parts = defaultPath.split('[*].');
    let chain = '';
    names.forEach((name, i) => {
      if (!parts[i + 1]?.startsWith('properties.')) return;
      chain = chain === '' ? name : `${chain}.${name}`;
      arrays.add(chain.toLowerCase());
    });
  }
  return arrays;
}

export function isWildcard(entry: AliasEntry): boolean {
  return entry.short.includes('[*]');
}

/** Where the flat shape holds a scalar alias; names that collide with a root field get a prefix. */
export function flatKey(entry: AliasEntry): string {
  const lower = entry.short.toLowerCase();
  const collides =
    ROOT_FIELDS.some((field) => field.toLowerCase() === lower) && /^properties\./i.test(entry.defaultPath);
  return collides ? `_p_${lower}` : lower;
}
