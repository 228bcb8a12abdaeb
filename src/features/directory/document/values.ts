import type { Json } from '../resource.ts';
import type { Target } from '../schemas/path.ts';

/** The values of a target in a resource: none, one, or the elements of a list. */
export function valuesAt(resource: Json, { extension, attribute, sub }: Target): unknown[] {
  const holder = extension ? (resource[extension.id] as Json | undefined) : resource;
  const values = attribute ? listOf(holder?.[attribute.name]) : listOf(holder);
  return sub ? values.flatMap((value) => listOf((value as Json)[sub.name])) : values;
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
