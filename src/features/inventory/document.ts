import { hash } from 'node:crypto';
import type { AzureDocument } from '#platform/resourceManager.ts';
import { parseResourceId, resourceKey } from './resourceId.ts';

/** A resource as the inventory keeps it: the ARM document, without what changes on its own. */
export type ResourceDocument = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: unknown;
  readonly [field: string]: unknown;
};

/** A document ready to be compared and stored: same content, same text, same hash, whatever the source. */
export type CanonicalDocument = {
  readonly key: string;
  readonly document: ResourceDocument;
  readonly json: string;
  readonly hash: string;
};

const KEPT = ['kind', 'sku', 'identity', 'plan', 'zones', 'managedBy', 'extendedLocation'] as const;

/**
 * One shape for what Resource Graph and Resource Manager return. They differ for the same resource
 * (type and group in lower case, location spelt out, absent against null, columns of the graph's own),
 * and a difference that is not a change must not look like one. Type and name come from the id.
 * Undefined where the document has no id that names a resource.
 */
export function toResourceDocument(raw: AzureDocument): ResourceDocument | undefined {
  if (typeof raw.id !== 'string') return undefined;
  const parsed = parseResourceId(raw.id);
  if (!parsed.type) return undefined;
  const kept = KEPT.map((field) => [field, raw[field]] as const).filter(([, value]) => !isAbsent(value));
  return {
    id: parsed.id,
    name: parsed.name,
    type: parsed.type,
    location: normalizeLocation(raw.location),
    tags: toTags(raw.tags),
    properties: raw.properties ?? {},
    ...Object.fromEntries(kept),
  };
}

/** `East US 2` and `eastus2` are one location; a resource without one is `global`. */
export function normalizeLocation(location: unknown): string {
  return typeof location === 'string' && location !== ''
    ? location.toLowerCase().replaceAll(' ', '')
    : 'global';
}

/** Sorted keys throughout; the hash covers all of it. */
export function canonicalize(document: ResourceDocument): CanonicalDocument {
  const json = canonicalJson(document);
  return {
    key: resourceKey(document.id),
    document,
    json,
    hash: hash('sha256', json, 'base64url').slice(0, 16),
  };
}

/** JSON of a value in which the order of keys does not count: equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sortKeys(value)) ?? 'null';
}

/** Built into plain objects and serialised once: twice as fast as composing the text, which the hash has to flatten. */
function sortKeys(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sortKeys);
  const object = value as Record<string, unknown>;
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(object).sort()) {
    if (key === '__proto__')
      Object.defineProperty(sorted, key, { value: sortKeys(object[key]), enumerable: true });
    else sorted[key] = sortKeys(object[key]);
  }
  return sorted;
}

function toTags(tags: unknown): Record<string, string> {
  if (tags === null || typeof tags !== 'object') return {};
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, String(value ?? '')]));
}

/** Resource Graph sends empty strings and nulls for columns that a resource does not have. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
