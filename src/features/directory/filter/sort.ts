import { valuesAt } from '../document/values.ts';
import { ScimFailure } from '../problems.ts';
import type { Json } from '../resource.ts';
import type { Kind } from '../schemas/kind.ts';
import { byName, resolve } from '../schemas/path.ts';
import { fold } from '../text.ts';

/** What a resource is sorted by, or undefined where it has no value. */
export type SortKey = (resource: Json) => string | undefined;

/**
 * The key of `sortBy` (RFC 7644 section 3.4.2.3): of a list its primary element or the first one, of a complex
 * attribute its `value`.
 * @throws ScimFailure `invalidPath`
 */
export function sortKeyOf(kind: Kind, sortBy: string): SortKey {
  const target = resolve(kind, sortBy);
  const attribute = target?.attribute;
  if (!attribute)
    throw new ScimFailure('invalidPath', `sortBy: there is no attribute ${sortBy.slice(0, 100)}`);
  const sub =
    target.sub ?? (attribute.type === 'complex' ? byName(attribute.subAttributes ?? [], 'value') : undefined);
  if (attribute.type === 'complex' && !sub)
    throw new ScimFailure('invalidPath', `sortBy: say which part of ${attribute.name} is meant`);
  const canonical = (sub ?? attribute).caseExact ? (text: string) => text : fold;
  return (resource) => {
    const values = valuesAt(resource, { ...target, sub: undefined });
    const chosen = values.find((value) => (value as Json).primary === true) ?? values[0];
    const value = sub ? (chosen as Json | undefined)?.[sub.name] : chosen;
    if (typeof value === 'string') return canonical(value);
    return typeof value === 'boolean' ? String(value) : undefined;
  };
}

/** Ids in the order of their keys; those without one come last, or first where the order is descending. */
export function sortIds(
  found: readonly { readonly id: string; readonly key: string | undefined }[],
  isDescending: boolean,
): string[] {
  const order = found.toSorted((a, b) => {
    if (a.key === b.key) return a.id < b.id ? -1 : 1;
    if (a.key === undefined) return 1;
    if (b.key === undefined) return -1;
    return a.key < b.key ? -1 : 1;
  });
  return (isDescending ? order.reverse() : order).map(({ id }) => id);
}
