import { isArray, isObject, type Json, type JsonObject, wordOf } from '../json/json.ts';
import { type AliasTableBuilder, aliasTableBuilder } from './build.ts';
import type { AliasPath, AliasTable } from './table.ts';

/**
 * Reads ARM's answer to `GET /providers?$expand=resourceTypes/aliases` (one page, several concatenated,
 * or its `value` alone), with versioned paths, capabilities and whether an alias is modifiable.
 * @throws TypeError when the document is neither.
 * @example
 * const aliases = aliasesFromProviders(await (await fetch(`${arm}/providers?$expand=resourceTypes/aliases`)).json());
 */
export function aliasesFromProviders(document: unknown): AliasTable {
  const providers = isObject(document) ? document.value : document;
  if (!Array.isArray(providers))
    throw new TypeError('expected ARM providers: an array, or an object with value[]');
  const builder = aliasTableBuilder();
  for (const provider of providers) if (isObject(provider)) readProvider(builder, provider);
  return builder.build();
}

/** Either shape: ARM's providers, or the compact map. @throws TypeError when it is neither. */
export function isProviderDocument(document: unknown): boolean {
  return Array.isArray(document) || (isObject(document) && isArray(document.value));
}

function readProvider(builder: AliasTableBuilder, provider: JsonObject): void {
  if (!isArray(provider.resourceTypes)) return;
  for (const entry of provider.resourceTypes) {
    if (!isObject(entry) || typeof entry.resourceType !== 'string') continue;
    const type = `${wordOf(provider.namespace)}/${entry.resourceType}`;
    if (typeof entry.capabilities === 'string') {
      builder.addType(type, { indexed: supportsTagsAndLocation(entry.capabilities) });
    }
    for (const alias of isArray(entry.aliases) ? entry.aliases : []) readAlias(builder, type, alias);
  }
}

function supportsTagsAndLocation(capabilities: string): boolean {
  const flags = capabilities
    .toLowerCase()
    .split(',')
    .map((flag) => flag.trim());
  return flags.includes('supportstags') && flags.includes('supportslocation');
}

function readAlias(builder: AliasTableBuilder, type: string, alias: Json): void {
  if (!isObject(alias) || typeof alias.name !== 'string') return;
  const metadata = isObject(alias.defaultMetadata) ? alias.defaultMetadata : undefined;
  builder.addAlias(alias.name, type, {
    defaultPath: defaultPath(alias.defaultPath),
    paths: isArray(alias.paths) ? alias.paths.flatMap(readPath) : [],
    modifiable: hasFlag(metadata?.attributes, 'modifiable'),
  });
}

/** `az` prints the default path as `{path, apiVersions}`. */
function defaultPath(value: Json | undefined): string | null {
  if (typeof value === 'string') return value;
  return isObject(value) && typeof value.path === 'string' ? value.path : null;
}

function readPath(value: Json): AliasPath[] {
  if (!isObject(value) || typeof value.path !== 'string') return [];
  const versions = isArray(value.apiVersions) ? value.apiVersions : [];
  return [{ path: value.path, apiVersions: versions.map((version) => wordOf(version).toLowerCase()) }];
}

function hasFlag(flags: Json | undefined, flag: string): boolean {
  return (
    typeof flags === 'string' &&
    flags
      .toLowerCase()
      .split(',')
      .some((each) => each.trim() === flag)
  );
}
