import type { Fault } from './expressions/fault.ts';
import type { Json, JsonObject, Selected } from './json/json.ts';

/** What an evaluation may ask about its surroundings, as Azure's template functions return it. */
export interface PolicyContext {
  /** `resourceGroup()`: name, location, tags, id … of the resource's group. */
  readonly resourceGroup?: unknown;
  /** `subscription()`: subscriptionId, displayName, tags … */
  readonly subscription?: unknown;
  readonly managementGroup?: unknown;
  /** The moment of the evaluation, ISO 8601. */
  readonly utcNow?: string;
  readonly requestContext?: { readonly apiVersion?: string; readonly identity?: unknown };
  /** `policy()`. */
  readonly policy?: {
    readonly assignmentId?: string;
    readonly definitionId?: string;
    readonly setDefinitionId?: string;
    readonly definitionReferenceId?: string;
  };
}

/** Parameter values in the order of the definition's parameters, and what was computed from them once. */
export interface Bound {
  readonly values: readonly Selected[];
  /** Values of parameters that the definition does not declare, by lower-case name. */
  readonly open: JsonObject;
  /** Results that depend on parameters alone, by slot. */
  readonly memo: unknown[];
}

/** One evaluation under way. */
export interface Run {
  /** The document that `field` conditions read. */
  document: Json;
  /** The document that the function `field()` reads: always the evaluated resource. */
  readonly resource: Json;
  readonly bound: Bound;
  readonly context: PolicyContext;
  /** The members that enclosing counts are at, by frame. */
  readonly frames: Selected[];
  /** How many iterations the enclosing value counts multiply to. */
  iterations: number;
  /** What the evaluation has cost so far, see `limits.evaluationWork`. */
  work: number;
  /** The first thing that went wrong; the result of the conditions means nothing then. */
  fault: Fault | null;
}

/** Notes what went wrong unless something did before; the value lets a condition return at once. */
export function fail(run: Run, fault: Fault): false {
  run.fault ??= fault;
  return false;
}

/** Takes the fault of a run, leaving none. */
export function takeFault(run: Run): Fault | null {
  const { fault } = run;
  run.fault = null;
  return fault;
}
