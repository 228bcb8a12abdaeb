import type { Expression } from '#features/policy/index.ts';
import type { Frame } from '../frame.ts';
import { TemplateFault } from '../problem.ts';
import { isValueArray, known, type Value } from '../value.ts';

/** One call of a function that needs more than the values of its arguments. */
export type FunctionCall = {
  readonly args: readonly Expression[];
  readonly frame: Frame;
  readonly path: string;
  /** @throws NotKnown where the argument needs what is unknown */
  readonly evaluate: (argument: Expression, within?: Frame) => Value;
  /** Evaluates a value as it stands in a template. */
  readonly evaluateSource: (source: Value, frame: Frame, path: string) => Value;
};

export type TemplateFunction = (call: FunctionCall) => Value;

/** The argument at a place as text. @throws TemplateFault */
export function textArgument(call: FunctionCall, index: number, name: string): string {
  const argument = call.args[index];
  const value = argument && known(call.evaluate(argument));
  if (typeof value === 'string') return value;
  throw new TemplateFault(call.path, `argument ${index + 1} of ${name}() must be a string`);
}

/** Every argument as text. @throws TemplateFault */
export function textArguments(call: FunctionCall, name: string): string[] {
  return call.args.map((_, index) => textArgument(call, index, name));
}

/** @throws TemplateFault */
export function arrayArgument(call: FunctionCall, name: string): readonly Value[] {
  const [first] = call.args;
  const value = first && call.evaluate(first);
  if (isValueArray(value)) return value;
  throw new TemplateFault(call.path, `the first argument of ${name}() must be an array`);
}
