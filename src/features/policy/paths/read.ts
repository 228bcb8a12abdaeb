import { isArray, isObject, type Json, readKey, type Selected } from '../json/json.ts';
import { members, type Segment } from './parse.ts';

/** Reads one value out of a document. */
export type Getter = (document: Selected) => Selected;

/** Decides about one selected value. */
export type Visitor<Context> = (value: Selected, context: Context) => boolean;

/** Compiles a path without `[*]` into a getter that allocates nothing. */
export function compileGetter(segments: readonly Segment[]): Getter {
  const steps = segments.map(compileStep);
  const [first, second, third] = steps;
  if (first === undefined) return (document) => document;
  if (second === undefined) return first;
  if (third === undefined) return (document) => second(first(document));
  if (steps.length === 3) return (document) => third(second(first(document)));
  return (document) => {
    let value = document;
    for (const step of steps) value = step(value);
    return value;
  };
}

function compileStep(segment: Segment): Getter {
  if (segment.kind === 'index') {
    const { index } = segment;
    return (value) => (isArray(value) ? value[index] : undefined);
  }
  if (segment.kind === 'members') return () => undefined;
  const { key, lower } = segment;
  return (value) => (isObject(value) ? readKey(value, key, lower) : undefined);
}

/** A path with `[*]`, cut at its stars into getters. */
export interface Collection {
  readonly getters: readonly Getter[];
}

export function compileCollection(segments: readonly Segment[]): Collection {
  const getters: Getter[] = [];
  let start = 0;
  segments.forEach((segment, i) => {
    if (segment !== members) return;
    getters.push(compileGetter(segments.slice(start, i)));
    start = i + 1;
  });
  getters.push(compileGetter(segments.slice(start)));
  return { getters };
}

/** How {@link everyValue} goes about: what to ask of each value, what an absent array means, and who hears of arrays walked. */
export interface Visit<Context> {
  readonly visitor: Visitor<Context>;
  readonly whenMissing: boolean;
  readonly context: Context;
  readonly onArray?: (length: number, context: Context) => void;
}

/** Whether every selected value satisfies the visitor; stops at the first that does not. */
export function everyValue<Context>(path: Collection, document: Selected, visit: Visit<Context>): boolean {
  return everyFrom(path.getters, 0, { document, visit });
}

interface Descent<Context> {
  readonly document: Selected;
  readonly visit: Visit<Context>;
}

function everyFrom<Context>(getters: readonly Getter[], level: number, descent: Descent<Context>): boolean {
  const { document, visit } = descent;
  const value = getters[level]?.(document);
  if (level === getters.length - 1) return visit.visitor(value, visit.context);
  if (!isArray(value)) return visit.whenMissing;
  visit.onArray?.(value.length, visit.context);
  for (const member of value) {
    if (!everyFrom(getters, level + 1, { document: member, visit })) return false;
  }
  return true;
}

/** All selected values in order; absent properties of members as undefined. */
export function collectValues(path: Collection, document: Selected): Selected[] {
  const values: Selected[] = [];
  everyValue(path, document, {
    visitor: (value) => values.push(value) > 0,
    whenMissing: true,
    context: null,
  });
  return values;
}

/** The same as JSON: undefined becomes null. */
export function collectJson(path: Collection, document: Selected): Json[] {
  return collectValues(path, document).map((value) => value ?? null);
}
