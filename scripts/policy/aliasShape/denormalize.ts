import { isRecord } from '../cases/caseFile.ts';
import { isDataPlane } from './normalize.ts';
import {
  eachMember,
  type Mutable,
  read,
  readDotted,
  removeDotted,
  spelling,
  writeDotted,
} from './objects.ts';
import { arrayRenames, memberRemaps } from './remaps.ts';
import { type AliasView, flatKey, isWildcard, pathOf, ROOT_FIELDS } from './view.ts';

/** The ARM document that a flat, alias-shaped one stands for; casing comes from the aliases. */
export function denormalize(flat: unknown, view: AliasView, apiVersion?: string): unknown {
  if (!isRecord(flat)) return flat;
  const casing = casingOf(view);
  const root: Mutable = {};
  const properties: Mutable = {};
  for (const field of ROOT_FIELDS) {
    const value = read(flat, field);
    if (value !== undefined) root[field] = recase(value, casing);
  }
  const owned = new Set(
    view.entries.filter((entry) => !isWildcard(entry)).map((entry) => flatKey(entry).replace(/^_p_/, '')),
  );
  const place = isDataPlane(flat) ? root : properties;
  for (const [key, value] of Object.entries(flat)) {
    const plain = key.replace(/^_p_/, '');
    if (isRootField(key) || owned.has(plain.toLowerCase())) continue;
    const into = key.startsWith('_p_') ? properties : place;
    into[casing.get(plain.toLowerCase()) ?? plain] = recase(value, casing);
  }
  placeScalars(flat, { view, apiVersion, casing, root, properties });
  restoreMembers(properties, view, apiVersion);
  for (const array of deepestFirst(view.wrappedArrays))
    rewrap(properties, array, envelopeOf(array, view, apiVersion));
  if (Object.keys(properties).length > 0)
    root.properties = { ...properties, ...(isRecord(root.properties) ? root.properties : {}) };
  return root;
}

function isRootField(key: string): boolean {
  return ROOT_FIELDS.some((field) => field.toLowerCase() === key.toLowerCase());
}

const KNOWN_CASING = [
  ...ROOT_FIELDS,
  'principalId',
  'tenantId',
  'userAssignedIdentities',
  'promotionCode',
  'createdBy',
  'createdByType',
  'createdAt',
  'lastModifiedBy',
  'lastModifiedByType',
  'lastModifiedAt',
];

function casingOf(view: AliasView): Map<string, string> {
  const casing = new Map(KNOWN_CASING.map((name) => [name.toLowerCase(), name]));
  const paths = view.entries.flatMap(({ short, defaultPath, versions }) => [
    short,
    defaultPath,
    ...versions.map((each) => each.path),
  ]);
  for (const segment of paths.flatMap((path) => path.replaceAll('[*]', '').split('.'))) {
    const lower = segment.toLowerCase();
    if (segment !== '' && lower !== 'properties' && !casing.has(lower)) casing.set(lower, segment);
  }
  return casing;
}

function recase(value: unknown, casing: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((member) => recase(member, casing));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      casing.get(key.toLowerCase()) ?? key,
      recase(inner, casing),
    ]),
  );
}

interface Placement {
  readonly view: AliasView;
  readonly apiVersion: string | undefined;
  readonly casing: ReadonlyMap<string, string>;
  readonly root: Mutable;
  readonly properties: Mutable;
}

function placeScalars(flat: Mutable, { view, apiVersion, casing, root, properties }: Placement): void {
  for (const entry of view.entries) {
    if (isWildcard(entry)) continue;
    const value = readDotted(flat, flatKey(entry));
    if (value === undefined) continue;
    const path = pathOf(entry, apiVersion);
    const inside = path.startsWith('properties.');
    writeDotted(inside ? properties : root, path.replace(/^properties\./, ''), recase(value, casing));
  }
}

function restoreMembers(properties: Mutable, view: AliasView, apiVersion: string | undefined): void {
  for (const [arm, alias] of arrayRenames(view, apiVersion)) {
    const key = spelling(properties, alias);
    if (key === undefined) continue;
    const value = properties[key];
    delete properties[key];
    properties[arm] = value;
  }
  for (const { chain, armLeaf, aliasLeaf } of memberRemaps(view, apiVersion)) {
    eachMember(properties, chain, (member) => {
      const value = readDotted(member, aliasLeaf);
      if (value !== undefined) writeDotted(member, armLeaf, value);
      removeDotted(member, aliasLeaf);
    });
  }
}

function deepestFirst(arrays: ReadonlySet<string>): string[] {
  return [...arrays].toSorted((left, right) => right.split('.').length - left.split('.').length);
}

/** Properties that stay beside `properties` in a wrapped member. */
function envelopeOf(array: string, view: AliasView, apiVersion: string | undefined): Set<string> {
  const envelope = new Set(['name', 'type', 'id', 'etag']);
  const prefix = `${array.split('.').join('[*].')}[*].`;
  for (const entry of view.entries) {
    const lower = entry.short.toLowerCase();
    if (!lower.startsWith(prefix)) continue;
    const leaf = pathOf(entry, apiVersion).split('[*].').at(-1) ?? '';
    const first = lower.slice(prefix.length).split('.')[0] ?? '';
    if (!leaf.startsWith('properties.')) envelope.add(first);
  }
  return envelope;
}

function rewrap(properties: Mutable, array: string, envelope: ReadonlySet<string>): void {
  const parents = array.split('.');
  const name = parents.pop() ?? '';
  eachMember(properties, parents, (parent) => {
    const key = spelling(parent, name);
    const members = key === undefined ? undefined : parent[key];
    if (key !== undefined && Array.isArray(members))
      parent[key] = members.map((member) => wrap(member, envelope));
  });
}

function wrap(member: unknown, envelope: ReadonlySet<string>): unknown {
  if (!isRecord(member)) return member;
  const entries = Object.entries(member);
  const outside = entries.filter(([key]) => envelope.has(key.toLowerCase()));
  const inside = entries.filter(([key]) => !envelope.has(key.toLowerCase()));
  return {
    ...Object.fromEntries(outside),
    ...(inside.length > 0 ? { properties: Object.fromEntries(inside) } : {}),
  };
}
