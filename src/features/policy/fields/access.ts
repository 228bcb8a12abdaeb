import { missingData } from '../expressions/fault.ts';
import { spend } from '../expressions/work.ts';
import { isObject, type Selected } from '../json/json.ts';
import type { Predicate } from '../operators/operator.ts';
import { isCollection, type Segment } from '../paths/parse.ts';
import { collectJson, compileCollection, compileGetter, everyValue, type Getter } from '../paths/read.ts';
import { fail, type Run } from '../run.ts';
import type { Frame } from './environment.ts';
import type { FieldReference } from './reference.ts';

/** A condition over a run. */
export type Test = (run: Run) => boolean;

/** A compiled field: how to read it and how to put a predicate to it. */
export interface FieldAccess {
  /** Whether the field selects a collection, so that a condition speaks of all its values. */
  readonly collection: boolean;
  /** The value; for a collection, the array of its values. */
  readonly read: (run: Run) => Selected;
  readonly test: (predicate: Predicate) => Test;
}

/** Where a field is read from, and what an array that is not there means. */
export interface AccessPlace {
  readonly frames: readonly Frame[];
  /** Read the evaluated resource rather than the document at hand. */
  readonly ofResource: boolean;
  readonly missingArrayHolds: boolean;
}

/** Compiles a resolved field; values within an enclosing count are read from its current member. */
export function compileAccess(reference: FieldReference, place: AccessPlace): FieldAccess {
  const collection = isCollection(reference.segments) || (hasStar(reference.label) && !!reference.absent);
  if (reference.unresolved) return unresolvedAccess(reference, hasStar(reference.label));
  if (reference.absent) return absentAccess(collection, place.missingArrayHolds);
  const frame = innermostFrame(reference.segments, place.frames);
  const rest = frame?.segments ? reference.segments.slice(frame.segments.length) : reference.segments;
  const root = compileRoot(frame, place.ofResource);
  if (isCollection(rest)) return collectionAccess(rest, root, place.missingArrayHolds);
  const get = compileGetter(rest);
  const single = frame === undefined ? scalarAccess(reference, get, root) : memberAccess(get, root);
  return collection ? { ...single, collection, read: (run) => [single.read(run) ?? null] } : single;
}

function hasStar(label: string): boolean {
  return label.includes('[*]');
}

type Root = (run: Run) => Selected;

function compileRoot(frame: Frame | undefined, ofResource: boolean): Root {
  if (frame !== undefined) {
    const { index } = frame;
    return (run) => run.frames[index];
  }
  return ofResource ? (run) => run.resource : (run) => run.document;
}

function scalarAccess(reference: FieldReference, get: Getter, root: Root): FieldAccess {
  const { compute, normalize } = reference;
  const read = compute
    ? (run: Run) => {
        const document = root(run);
        return isObject(document) ? compute(get(document), document) : undefined;
      }
    : (run: Run) => get(root(run));
  if (normalize === undefined)
    return { collection: false, read, test: (predicate) => (run) => predicate(read(run), run) };
  return {
    collection: false,
    read,
    test: (predicate) => (run) => {
      const value = read(run);
      return predicate(typeof value === 'string' ? normalize(value) : value, run);
    },
  };
}

function memberAccess(get: Getter, root: Root): FieldAccess {
  const read = (run: Run) => get(root(run));
  return { collection: false, read, test: (predicate) => (run) => predicate(read(run), run) };
}

function collectionAccess(segments: readonly Segment[], root: Root, whenMissing: boolean): FieldAccess {
  const path = compileCollection(segments);
  return {
    collection: true,
    read: (run) => collectJson(path, root(run)),
    test: (visitor) => (run) =>
      everyValue(path, root(run), { visitor, whenMissing, context: run, onArray: walked }),
  };
}

function walked(length: number, run: Run): void {
  spend(run, length);
}

function absentAccess(collection: boolean, missingArrayHolds: boolean): FieldAccess {
  return {
    collection,
    read: () => (collection ? [] : undefined),
    test: (predicate) => (collection ? () => missingArrayHolds : (run) => predicate(undefined, run)),
  };
}

function unresolvedAccess(reference: FieldReference, collection: boolean): FieldAccess {
  const missing = missingData(`aliases.${reference.label}`, 'no alias table was given');
  return {
    collection,
    read() {
      throw missing;
    },
    test: () => (run) => fail(run, missing.fault),
  };
}

/** The enclosing count whose member a path goes through, the innermost where there are several. */
export function innermostFrame(segments: readonly Segment[], frames: readonly Frame[]): Frame | undefined {
  let best: Frame | undefined;
  for (const frame of frames) {
    if (frame.segments === null || !startsWith(segments, frame.segments)) continue;
    if (frame.segments.length >= (best?.segments?.length ?? 0)) best = frame;
  }
  return best;
}

function startsWith(segments: readonly Segment[], prefix: readonly Segment[]): boolean {
  return prefix.length <= segments.length && prefix.every((segment, i) => sameSegment(segment, segments[i]));
}

function sameSegment(left: Segment, right: Segment | undefined): boolean {
  if (left.kind === 'key') return right?.kind === 'key' && left.lower === right.lower;
  if (left.kind === 'index') return right?.kind === 'index' && left.index === right.index;
  return right?.kind === 'members';
}
