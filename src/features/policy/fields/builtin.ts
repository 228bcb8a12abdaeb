import type { AliasSubject } from '../aliases/table.ts';
import { isObject, type Json, type JsonObject, readKeyOf, type Selected } from '../json/json.ts';
import { keySegment } from '../paths/parse.ts';
import type { Run } from '../run.ts';
import { type FieldEntry, type FieldReference, found } from './reference.ts';

/** Fields that every resource has. */
const builtins: Readonly<Record<string, Omit<FieldReference, 'label'>>> = {
  type: { kind: 'type', segments: [keySegment('type')] },
  name: { kind: 'name', segments: [keySegment('name')], compute: shortName },
  fullname: { kind: 'fullName', segments: [keySegment('fullName')], compute: fullName },
  kind: { kind: 'kind', segments: [keySegment('kind')] },
  id: { kind: 'id', segments: [keySegment('id')] },
  location: { kind: 'location', segments: [keySegment('location')], normalize: normalizeLocation },
  tags: { kind: 'tags', segments: [keySegment('tags')] },
};

export const builtinFields: FieldEntry = {
  resolve(text) {
    const lower = text.toLowerCase();
    const known = Object.hasOwn(builtins, lower) ? builtins[lower] : undefined;
    return known === undefined ? null : found({ ...known, label: text });
  },
};

/** The names of these fields, for suggestions. */
export const builtinFieldNames = [
  'name',
  'fullName',
  'kind',
  'type',
  'location',
  'id',
  'identity.type',
  'tags',
];

/** `East US 2` is `eastus2`. */
export function normalizeLocation(text: string): string {
  return text.replaceAll(' ', '').toLowerCase();
}

/** The last part of a child's name; resource names hold no slash themselves. */
function shortName(value: Selected): Selected {
  return typeof value === 'string' ? value.slice(value.lastIndexOf('/') + 1) : value;
}

/** `parent/child`: as the document says, or from its name or id. */
function fullName(value: Selected, document: JsonObject): Selected {
  if (value !== undefined) return value;
  const name = readKeyOf(document, 'name');
  if (typeof name === 'string' && name.includes('/')) return name;
  const id = readKeyOf(document, 'id');
  return (typeof id === 'string' ? nameInId(id) : undefined) ?? name;
}

/** The full name of a document: `parent/child`. */
export function fullNameOf(document: JsonObject): Selected {
  return fullName(readKeyOf(document, 'fullName'), document);
}

/** The names after the last provider of a resource id, joined by slashes. */
function nameInId(id: string): string | undefined {
  const provider = id.toLowerCase().lastIndexOf('/providers/');
  if (provider < 0) return undefined;
  const parts = id
    .slice(provider + '/providers/'.length)
    .split('/')
    .slice(1);
  const names = parts.filter((_, i) => i % 2 === 1);
  return names.length === 0 ? undefined : names.join('/');
}

/** For which type and API version aliases are resolved in a document. */
export function subjectOf(document: Json, run: Run): AliasSubject {
  return { type: typeOf(document).toLowerCase(), apiVersion: run.context.requestContext?.apiVersion };
}

/** The type of a document, '' where it has none. */
export function typeOf(document: unknown): string {
  const type = isObject(document) ? readKeyOf(document, 'type') : undefined;
  return typeof type === 'string' ? type : '';
}
