import { isRecord, wordOf } from '../cases/caseFile.ts';
import { eachMember, type Mutable, read, readDotted, removeDotted, writeDotted } from './objects.ts';
import { arrayRenames, memberRemaps } from './remaps.ts';
import { type AliasView, flatKey, isWildcard, pathOf, ROOT_FIELDS } from './view.ts';

/** An ARM document in the flat, lower-case shape in which alias names are paths (as regorus evaluates it). */
export function normalize(resource: unknown, view: AliasView, apiVersion?: string): unknown {
  if (!isRecord(resource)) return resource;
  const flat: Mutable = {};
  for (const [key, value] of rootEntries(resource)) flat[key.toLowerCase()] = rootValue(key, value, view);
  const properties = read(resource, 'properties');
  for (const [key, value] of isRecord(properties) ? Object.entries(properties) : []) {
    if (!Object.hasOwn(flat, key.toLowerCase())) flat[key.toLowerCase()] = lowerKeys(value, key, view);
  }
  applyAliases(flat, resource, { view, apiVersion });
  return flat;
}

/** Whether a document belongs to a data plane, where there is no `properties` to flatten. */
export function isDataPlane(resource: Mutable): boolean {
  return wordOf(read(resource, 'type')).toLowerCase().includes('.data/');
}

function rootEntries(resource: Mutable): [string, unknown][] {
  if (isDataPlane(resource))
    return Object.entries(resource).filter(([key]) => key.toLowerCase() !== 'properties');
  return ROOT_FIELDS.flatMap((field): [string, unknown][] => {
    const value = read(resource, field);
    return value === undefined ? [] : [[field, value]];
  });
}

/** The keys within tags and identity are names that people chose: only the first level is lowered. */
function rootValue(key: string, value: unknown, view: AliasView): unknown {
  if (!/^(?:tags|identity)$/i.test(key)) return lowerKeys(value, key, view);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.toLowerCase(), inner]));
}

function lowerKeys(value: unknown, path: string, view: AliasView): unknown {
  if (Array.isArray(value)) {
    const wrapped = view.wrappedArrays.has(path.toLowerCase());
    return value.map((member) => (wrapped ? unwrap(member, path, view) : lowerKeys(member, path, view)));
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.toLowerCase(),
      lowerKeys(inner, `${path}.${key}`, view),
    ]),
  );
}

/** Lifts the `properties` of an array's member to the member itself. */
function unwrap(member: unknown, path: string, view: AliasView): unknown {
  if (!isRecord(member)) return member;
  const properties = read(member, 'properties');
  const own = Object.entries(member).filter(([key]) => key.toLowerCase() !== 'properties');
  const inner = isRecord(properties) ? Object.entries(properties) : [];
  const flat: Mutable = {};
  for (const [key, value] of [...own, ...inner]) {
    if (!Object.hasOwn(flat, key.toLowerCase()))
      flat[key.toLowerCase()] = lowerKeys(value, `${path}.${key}`, view);
  }
  return flat;
}

interface Aliases {
  readonly view: AliasView;
  readonly apiVersion: string | undefined;
}

function applyAliases(flat: Mutable, resource: Mutable, { view, apiVersion }: Aliases): void {
  for (const entry of view.entries) {
    if (isWildcard(entry)) continue;
    const value = readDotted(resource, pathOf(entry, apiVersion));
    if (value !== undefined)
      writeDotted(flat, flatKey(entry), lowerKeys(value, entry.short, { ...view, wrappedArrays: new Set() }));
  }
  for (const { chain, armLeaf, aliasLeaf } of memberRemaps(view, apiVersion)) {
    eachMember(flat, chain, (member) => {
      const value = readDotted(member, armLeaf);
      if (value !== undefined) writeDotted(member, aliasLeaf, value);
      removeDotted(member, armLeaf);
    });
  }
  for (const [arm, alias] of arrayRenames(view, apiVersion)) {
    const [from, to] = [arm.toLowerCase(), alias.toLowerCase()];
    if (Object.hasOwn(flat, to) || !Object.hasOwn(flat, from)) continue;
    flat[to] = flat[from];
    delete flat[from];
  }
}
