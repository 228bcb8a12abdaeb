import { starterAliases } from '#features/starter-pack/index.ts';
import type { Json, Resource } from '../estate/model.ts';
import { CorruptData } from '../state/dataDirectory.ts';
import type { Estate } from '../state/estate.ts';
import { readText } from './policies.ts';

export type AliasDocument = {
  readonly name: string;
  readonly defaultPath: string;
  readonly defaultMetadata: { readonly type: string; readonly attributes: string };
  readonly type: 'PlainText';
  readonly paths: readonly [];
};

/** Resources that are looked at for their shapes. */
const MAX_LOOKED_AT = 4000;
const MAX_DEPTH = 8;
/** Fields of their own, or of ARM alone. */
const NO_ALIAS = new Set(['id', 'name', 'type', 'location', 'tags', 'systemData', 'apiVersion']);

/** Aliases whose path does not follow from their name. */
const REMAPPED: Readonly<Record<string, string>> = {
  'Microsoft.Compute/imagePublisher': 'properties.storageProfile.imageReference.publisher',
  'Microsoft.Compute/imageOffer': 'properties.storageProfile.imageReference.offer',
  'Microsoft.Compute/imageSku': 'properties.storageProfile.imageReference.sku',
  'Microsoft.Compute/imageVersion': 'properties.storageProfile.imageReference.version',
  'Microsoft.Compute/virtualMachines/imagePublisher': 'properties.storageProfile.imageReference.publisher',
  'Microsoft.Compute/virtualMachines/imageOffer': 'properties.storageProfile.imageReference.offer',
  'Microsoft.Compute/virtualMachines/imageSku': 'properties.storageProfile.imageReference.sku',
  'Microsoft.Compute/virtualMachines/sku.name': 'properties.hardwareProfile.vmSize',
  'Microsoft.Compute/virtualMachines/osDisk.uri': 'properties.storageProfile.osDisk.vhd.uri',
  'Microsoft.Storage/storageAccounts/accountType': 'sku.name',
  'Microsoft.KeyVault/vaults/sku.name': 'properties.sku.name',
};

/** Aliases by lower-case resource type. */
export type AliasesByType = ReadonlyMap<string, readonly AliasDocument[]>;

/**
 * The aliases that the simulator's providers have: one for each path that documents of the estate hold, some whose
 * path does not follow from the name, and those that the starter pack asks for, which no document may hold just now.
 */
export function deriveAliases(estate: Estate): AliasesByType {
  const found = new Map<string, Map<string, string>>();
  for (const resource of sample(estate)) {
    const { type, ...document } = resource;
    for (const path of pathsOf(document as Json, '', 0)) {
      if (NO_ALIAS.has(path.split('.')[0] ?? '')) continue;
      add(found, type, { name: `${type}/${path.replaceAll(/(^|\.)properties(?=\.)\.?/g, '$1')}`, path });
    }
  }
  for (const [name, path] of Object.entries(REMAPPED)) add(found, typeOf(name), { name, path });
  for (const alias of starterAliases().aliases.values()) {
    for (const [type, { defaultPath }] of alias.targets)
      if (defaultPath) add(found, type || typeOf(alias.name), { name: alias.name, path: defaultPath });
  }
  return toDocuments(found);
}

/** The compact table: alias → path, or alias → `{type: path}`. @throws CorruptData for any other file */
export function readAliases(file: string): AliasesByType {
  const found = new Map<string, Map<string, string>>();
  let table: unknown;
  try {
    table = JSON.parse(readText(file));
  } catch (cause) {
    throw new CorruptData(`${file} is not JSON`, { cause });
  }
  for (const [name, value] of Object.entries(table as Record<string, string | Record<string, string>>)) {
    const targets = typeof value === 'string' ? { [typeOf(name)]: value } : value;
    for (const [type, path] of Object.entries(targets)) add(found, type || typeOf(name), { name, path });
  }
  return toDocuments(found);
}

/** The type that an alias names: all but its last part; of one with two parts, the namespace with it. */
function typeOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/'));
}

function add(
  found: Map<string, Map<string, string>>,
  type: string,
  { name, path }: { readonly name: string; readonly path: string },
): void {
  const ofType = found.get(type.toLowerCase()) ?? new Map<string, string>();
  found.set(type.toLowerCase(), ofType);
  if (!ofType.has(name)) ofType.set(name, path);
}

function toDocuments(found: ReadonlyMap<string, ReadonlyMap<string, string>>): AliasesByType {
  return new Map(
    [...found].map(([type, aliases]) => [type, [...aliases].map(([name, path]) => toDocument(name, path))]),
  );
}

function toDocument(name: string, defaultPath: string): AliasDocument {
  const defaultMetadata = { type: 'NotSpecified', attributes: 'Modifiable' };
  return { name, defaultPath, defaultMetadata, type: 'PlainText', paths: [] };
}

function* sample(estate: Estate): Generator<Resource> {
  let count = 0;
  for (const { id } of estate.subscriptions) {
    for (const key of estate.groupKeys(id)) {
      for (const { resource } of estate.rows(id, key)) {
        yield resource;
        count += 1;
        if (count >= MAX_LOOKED_AT) return;
      }
    }
  }
}

/** Every path of a document, `[*]` for the members of arrays. */
function* pathsOf(value: Json, path: string, depth: number): Generator<string> {
  if (path !== '' && path !== 'properties') yield path;
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const member of value as readonly Json[]) yield* pathsOf(member, `${path}[*]`, depth + 1);
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (key.includes('.') || key.includes('/')) continue;
    yield* pathsOf(member as Json, path === '' ? key : `${path}.${key}`, depth + 1);
  }
}
