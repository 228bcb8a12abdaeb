import { isArray, type Json, wordOf } from '../json/json.ts';
import { fold } from '../text/fold.ts';
import type { Condition, LeafCondition } from './ast.ts';

/**
 * The resource types (folded) outside of which a condition cannot hold, or null where any type may do.
 * Only literal `type` conditions are read, so the answer may be wider than needed but never narrower.
 */
export function necessaryTypes(condition: Condition): ReadonlySet<string> | null {
  if (condition.kind === 'leaf') return typesOfLeaf(condition);
  if (condition.kind === 'not') return null;
  const parts = condition.of.map(necessaryTypes);
  return condition.kind === 'allOf' ? narrowest(parts) : union(parts);
}

function typesOfLeaf(leaf: LeafCondition): ReadonlySet<string> | null {
  const { left, right, operator } = leaf;
  if (left.kind !== 'field' || left.name.kind !== 'constant' || right.kind !== 'constant') return null;
  if (wordOf(left.name.value).toLowerCase() !== 'type') return null;
  if (operator.name === 'equals') return literalTypes([right.value]);
  return operator.name === 'in' && isArray(right.value) ? literalTypes(right.value) : null;
}

function literalTypes(values: readonly Json[]): ReadonlySet<string> | null {
  const texts = values.filter((value) => typeof value === 'string');
  if (texts.length < values.length || texts.includes('')) return null;
  return new Set(texts.map(fold));
}

function narrowest(parts: readonly (ReadonlySet<string> | null)[]): ReadonlySet<string> | null {
  let types: ReadonlySet<string> | null = null;
  for (const part of parts) {
    if (part === null) continue;
    types = types === null ? part : intersection(types, part);
  }
  return types;
}

function intersection(left: ReadonlySet<string>, right: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...left].filter((type) => right.has(type)));
}

function union(parts: readonly (ReadonlySet<string> | null)[]): ReadonlySet<string> | null {
  const all = new Set<string>();
  for (const part of parts) {
    if (part === null) return null;
    for (const type of part) all.add(type);
  }
  return parts.length === 0 ? null : all;
}

/** Whether the rule can never fire: a literal condition that all else depends on is false. */
export function neverHolds(condition: Condition): boolean {
  if (condition.kind === 'not') return false;
  if (condition.kind !== 'leaf') {
    const { of } = condition;
    return condition.kind === 'allOf' ? of.some(neverHolds) : of.length > 0 && of.every(neverHolds);
  }
  const { left, right, operator } = condition;
  if (left.kind !== 'value' || left.value.kind !== 'constant' || right.kind !== 'constant') return false;
  const [given, wanted] = [left.value.value, right.value];
  return (
    operator.name === 'equals' &&
    isWord(given) &&
    isWord(wanted) &&
    fold(wordOf(given)) !== fold(wordOf(wanted))
  );
}

function isWord(value: Json): boolean {
  return typeof value === 'boolean' || typeof value === 'string';
}
