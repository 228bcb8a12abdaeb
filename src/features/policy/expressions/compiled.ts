import type { FieldEnvironment } from '../fields/environment.ts';
import type { Json, Selected } from '../json/json.ts';
import type { Run } from '../run.ts';

/** What expressions are compiled against. */
export interface ExpressionEnvironment extends FieldEnvironment {
  /** Index of a declared parameter by lower-case name; null where parameters are not declared at all. */
  readonly parameters: ReadonlyMap<string, number> | null;
  /** Counters shared by the whole definition. */
  readonly totals: { functions: number; slots: number };
  /** What evaluations will ask of the context, by name. */
  readonly needs: Set<string>;
}

/** How properties that are not there are read. */
export interface Absent {
  /** @throws ExpressionFault */
  readonly read: (key: Selected) => Selected;
  /** Whether properties of properties are read the same way. */
  readonly inherited: boolean;
}

/** A compiled expression. `bound`: depends on parameters at most, so one result per binding. */
export interface CompiledExpression {
  readonly stage: 'bound' | 'run';
  /** @throws ExpressionFault */
  readonly evaluate: (run: Run) => Selected;
  /** What a property that the value lacks reads as; an error when not given. */
  readonly absent?: Absent;
}

/** An expression that always has the same value. */
export function constant(value: Json): CompiledExpression {
  return { stage: 'bound', evaluate: () => value };
}

/** The later of several stages. */
export function stageOf(parts: readonly CompiledExpression[]): 'bound' | 'run' {
  return parts.every((part) => part.stage === 'bound') ? 'bound' : 'run';
}
