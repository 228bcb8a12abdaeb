import { deepEqual } from '../json/equal.ts';
import type { Json } from '../json/json.ts';

/** JSON text without spaces, as Azure's functions print objects and arrays. */
export function jsonText(value: Json): string {
  return JSON.stringify(value);
}

/** Where an array holds a value, compared deeply and by case; -1 when nowhere. */
export function indexIn(container: readonly Json[], value: Json): number {
  return container.findIndex((member) => deepEqual(member, value));
}

/** The members without later copies of earlier ones. Linear: members are compared by their canonical text. */
export function distinct(values: readonly Json[]): Json[] {
  const seen = new Set<string>();
  return values.filter((value) => {
    const key = canonicalText(value);
    return !seen.has(key) && seen.add(key).size > 0;
  });
}

/** JSON text with sorted keys: equal exactly for deeply equal values. */
export function canonicalText(value: Json): string {
  return JSON.stringify(value, (_key, inner: Json) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}
