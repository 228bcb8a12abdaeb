import type { FieldEnvironment } from '../fields/environment.ts';
import type { Json, Selected } from '../json/json.ts';
import type { Run } from '../run.ts';
import type { ExpressionFault } from './fault.ts';

/** What expressions are compiled against. */
export interface ExpressionEnvironment extends FieldEnvironment {
  /** Index of a declared parameter by lower-case name; null where parameters are not declared at all. */
  readonly parameters: ReadonlyMap<string, number> | null;
  /** Counters shared by the whole definition. */
  readonly totals: { functions: number; slots: number };
  /** What evaluations will ask of the context, by name. */
  readonly needs: Set<string>;
}

/** A compiled expression. `bound`: depends on parameters at most, so one result per binding. */
export interface CompiledExpression {
  readonly stage: 'bound' | 'run';
  /** @throws ExpressionFault */
  readonly evaluate: (run: Run) => Selected;
  /** What to raise when the value lacks a property; an error when not given. */
  readonly absent?: (key: Selected) => ExpressionFault;
}

/** An expression that always has the same value. */
export function constant(value: Json): CompiledExpression {
  return { stage: 'bound', evaluate: () => value };
}

/** The later of several stages. */
export function stageOf(parts: readonly CompiledExpression[]): 'bound' | 'run' {
  return parts.every((part) => part.stage === 'bound') ? 'bound' : 'run';
}
