import type { ConditionEnvironment } from '../conditions/environment.ts';
import type { Json, Selected } from '../json/json.ts';
import type { Run } from '../run.ts';

/** How an effect turns a rule that holds into an outcome. */
export type EffectEvaluation =
  /** The rule holds: non-compliant. */
  | 'condition'
  /** The rule holds and no related resource satisfies the existence condition: non-compliant. */
  | 'related'
  /** Guards actions on the resource; the resource itself is compliant. */
  | 'action'
  /** A person attests. */
  | 'attestation'
  /** Never evaluated. */
  | 'never'
  /** Evaluated elsewhere: by a cluster or another resource provider. */
  | 'external';

/** An effect of the language. */
export interface Effect {
  readonly name: string;
  readonly evaluation: EffectEvaluation;
  /** Precedence among effects on one request, lowest first. Source: "effect basics", "Order of evaluation". */
  readonly order: number;
  /** What it would do, in a sentence: "would be denied". */
  readonly consequence: string;
  /** Compiles its details; problems go to the environment. */
  readonly compileDetails: (details: Selected, site: DetailsSite) => CompiledDetails;
}

export interface DetailsSite {
  readonly environment: ConditionEnvironment;
  /** JSON path of the details. */
  readonly path: string;
}

/** Details of an effect, compiled. */
export interface CompiledDetails {
  /** What the effect would do to the resource. @throws ExpressionFault */
  readonly describe: (run: Run) => DescribedDetails;
}

/** What an effect would do. */
export interface DescribedDetails {
  /** The details with expressions evaluated; null where there are none. */
  readonly details: Json;
  /** The resource after append or modify. */
  readonly resource?: Json;
  /** What append or modify did to it, operation by operation. */
  readonly operations?: readonly CarriedOut[];
}

/** One operation of append or modify on one resource. */
export interface CarriedOut {
  readonly operation: string;
  /** The field as the definition names it. */
  readonly field: string;
  /** Where it stands in the ARM document; '' where the alias has no path for the resource. */
  readonly path: string;
  readonly value?: Json;
  readonly result: 'applied' | 'unchanged' | 'skipped';
  /** Why it was skipped. */
  readonly reason?: string;
}
