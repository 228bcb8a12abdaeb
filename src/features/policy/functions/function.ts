import type { Expression } from '../expressions/ast.ts';
import type { CompiledExpression, ExpressionEnvironment } from '../expressions/compiled.ts';
import type { Json, Selected } from '../json/json.ts';

/** A template function whose result depends on its arguments alone. */
export interface PlainFunction {
  readonly name: string;
  /** Least and greatest number of arguments. */
  readonly arity: readonly [number, number];
  /** Regorus only: whether an argument without a value is passed on (as null) instead of making the result undefined. */
  readonly acceptsMissing?: boolean;
  /** @throws ExpressionFault when the arguments do not fit. Undefined is regorus' "no value". */
  readonly call: (args: readonly Json[]) => Selected;
}

/** A template function that needs more than values: lazy arguments, the resource, parameters, the clock. */
export interface SpecialFunction {
  readonly name: string;
  readonly arity: readonly [number, number];
  readonly compile: (site: CallSite) => CompiledExpression;
}

/** One call of a special function. */
export interface CallSite {
  readonly args: readonly Expression[];
  readonly environment: ExpressionEnvironment;
  /** JSON path of the expression, for problems. */
  readonly path: string;
  readonly compile: (argument: Expression) => CompiledExpression;
}

/** Any number of arguments; Azure's own limit is applied elsewhere. */
export const MANY = Number.POSITIVE_INFINITY;

/** The argument at a place; null beyond the last. */
export function argument(args: readonly Json[], index: number): Json {
  return args[index] ?? null;
}
