import type { Expression } from '#features/policy/index.ts';
import { TemplateFault } from '../problem.ts';
import { isValueObject, known, type Value } from '../value.ts';
import { arrayArgument, type FunctionCall, type TemplateFunction, textArgument } from './function.ts';

/** Source: "Lambda functions for ARM templates". */
export const lambdaFunctions: Readonly<Record<string, TemplateFunction>> = {
  lambdaVariables,
  map: (call) => {
    const apply = lambda(call, 1);
    return arrayArgument(call, 'map').map((item, index) => apply(item, index));
  },
  filter: (call) => {
    const apply = lambda(call, 1);
    return arrayArgument(call, 'filter').filter((item, index) => known(apply(item, index)) === true);
  },
  reduce: (call) => {
    const apply = lambda(call, 2);
    const [, start] = call.args;
    const initial: Value = start ? call.evaluate(start) : null;
    return arrayArgument(call, 'reduce').reduce<Value>(
      (sum, item, index) => apply(sum, item, index),
      initial,
    );
  },
  sort: (call) => {
    const apply = lambda(call, 1);
    const isBefore = (left: Value, right: Value) => known(apply(left, right)) === true;
    return arrayArgument(call, 'sort').toSorted((left, right) =>
      isBefore(left, right) ? -1 : isBefore(right, left) ? 1 : 0,
    );
  },
  toObject: (call) => {
    const keyFor = lambda(call, 1);
    const read = call.args.length > 2 ? lambda(call, 2) : (item: Value) => item;
    return Object.fromEntries(
      arrayArgument(call, 'toObject').map((item) => [keyText(keyFor(item)), read(item)]),
    );
  },
  groupBy: (call) => {
    const keyFor = lambda(call, 1);
    const groups = Map.groupBy(arrayArgument(call, 'groupBy'), (item) => keyText(keyFor(item)));
    return Object.fromEntries(groups);
  },
  mapValues: (call) => {
    const apply = lambda(call, 1);
    const [first] = call.args;
    const source = first && call.evaluate(first);
    if (!isValueObject(source))
      throw new TemplateFault(call.path, 'the first argument of mapValues() must be an object');
    return Object.fromEntries(Object.entries(source).map(([key, value]) => [key, apply(value)]));
  },
};

/** The function that `lambda('x', …, body)` at a place stands for. */
function lambda(call: FunctionCall, index: number): (...values: Value[]) => Value {
  const given = call.args[index];
  if (given?.kind !== 'call' || given.name.toLowerCase() !== 'lambda')
    throw new TemplateFault(call.path, `argument ${index + 1} must be a lambda()`);
  const names = given.args.slice(0, -1).map((each) => nameOf(each, call.path));
  const body = given.args.at(-1);
  if (!body) throw new TemplateFault(call.path, 'lambda() needs a body');
  return (...values) => {
    const lambdas = new Map(call.frame.lambdas);
    for (const [at, name] of names.entries()) lambdas.set(name, values[at] ?? null);
    return call.evaluate(body, { ...call.frame, lambdas });
  };
}

/** Keys are text; numbers become it. */
function keyText(value: Value): string {
  const key = known(value);
  return typeof key === 'string' ? key : JSON.stringify(key);
}

function nameOf(expression: Expression, path: string): string {
  if (expression.kind === 'literal') return String(expression.value).toLowerCase();
  throw new TemplateFault(path, 'the variables of lambda() are written as strings');
}

function lambdaVariables(call: FunctionCall): Value {
  const name = textArgument(call, 0, 'lambdaVariables');
  const value = call.frame.lambdas.get(name.toLowerCase());
  if (value === undefined) throw new TemplateFault(call.path, `there is no lambda variable ${name}`);
  return value;
}
