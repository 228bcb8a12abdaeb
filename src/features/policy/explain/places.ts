import { isArray, isObject, readKey, type Selected } from '../json/json.ts';
import type { Segment } from '../paths/parse.ts';

/** A place in a document: its path without stars, and what stands there. */
export interface Place {
  readonly segments: readonly Segment[];
  readonly value: Selected;
}

/** The places that a path selects, each star resolved to an index; a path without stars selects exactly one. */
export function concretePlaces(
  document: Selected,
  path: readonly Segment[],
  at: readonly Segment[],
): Place[] {
  const [segment, ...rest] = path;
  if (segment === undefined) return [{ segments: at, value: document }];
  if (segment.kind === 'members') {
    if (!isArray(document)) return [];
    return document.flatMap((member, index) =>
      concretePlaces(member, rest, [...at, { kind: 'index', index }]),
    );
  }
  return concretePlaces(step(document, segment), rest, [...at, segment]);
}

function step(document: Selected, segment: Exclude<Segment, { kind: 'members' }>): Selected {
  if (segment.kind === 'index') return isArray(document) ? document[segment.index] : undefined;
  return isObject(document) ? readKey(document, segment.key, segment.lower) : undefined;
}
