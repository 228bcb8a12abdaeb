import { isRelatedDetails } from '../effects/related.ts';
import type { Evaluation } from '../evaluation/evaluate.ts';
import type { RelatedQuery } from '../evaluation/input.ts';
import { fullNameOf, typeOf } from '../fields/builtin.ts';
import { isObject, type Json, wordOf } from '../json/json.ts';
import { type TraceNode, traceCondition } from './trace.ts';

/** Candidates that are traced at most. */
const MOST_CANDIDATES = 20;

/** The search of an …IfNotExists policy. */
export interface RelatedTrace {
  readonly query: RelatedQuery;
  /** How many resources were found. */
  readonly found: number;
  /** The first of them, each with the trace of the existence condition (null where there is none). */
  readonly candidates: readonly { readonly name: string; readonly trace: TraceNode | null }[];
}

/** The search that an evaluation made; null where it made none. */
export function traceRelated({ related, program, run, effect }: Evaluation): RelatedTrace | null {
  if (related === undefined || program === null || run === null || effect === null) return null;
  const details = program.detailsFor(effect);
  const traceOf = (document: Json): TraceNode | null => {
    const type = (typeOf(document) || related.query.type).toLowerCase();
    const condition = isRelatedDetails(details) ? details.existence(type) : null;
    run.document = document;
    const node = condition === null ? null : traceCondition(condition, run);
    run.document = run.resource;
    return node;
  };
  return {
    query: related.query,
    found: related.candidates.length,
    candidates: related.candidates.slice(0, MOST_CANDIDATES).map((document) => ({
      name: isObject(document) ? wordOf(fullNameOf(document)) : '',
      trace: traceOf(document),
    })),
  };
}
