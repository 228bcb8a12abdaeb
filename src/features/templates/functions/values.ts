import type { Expression } from '#features/policy/index.ts';
import { printExpression } from '../print.ts';
import { TemplateFault } from '../problem.ts';
import { known, NotKnown, Unknown, type Value } from '../value.ts';
import { type FunctionCall, type TemplateFunction, textArgument } from './function.ts';

/** Parameters, variables, loops, and the functions that evaluate only what they need. */
export const valueFunctions: Readonly<Record<string, TemplateFunction>> = {
  parameters,
  variables,
  copyIndex,
  if: choose,
  and: (call) => every(call, false),
  or: (call) => every(call, true),
  newGuid: ({ frame }) => frame.newGuid(),
  createObject: (call) => objectOf(call),
  createArray: (call) => call.args.map((each) => member(call, each)),
};

function parameters(call: FunctionCall): Value {
  const name = textArgument(call, 0, 'parameters');
  const value = call.frame.parameters.get(name.toLowerCase());
  if (value === undefined)
    throw new TemplateFault(call.path, `the template declares no parameter ${JSON.stringify(name)}`);
  if (value instanceof Unknown) throw new NotKnown(value.text);
  return value;
}

function variables(call: FunctionCall): Value {
  const name = textArgument(call, 0, 'variables');
  const lower = name.toLowerCase();
  const { frame } = call;
  const ready = frame.known.get(lower);
  if (ready !== undefined) return ready;
  const variable = frame.variables.get(lower);
  if (!variable) throw new TemplateFault(call.path, `the template has no variable ${JSON.stringify(name)}`);
  if (frame.open.has(lower))
    throw new TemplateFault(variable.path, `the variable ${JSON.stringify(name)} is made of itself`);
  frame.open.add(lower);
  const outside = { ...frame, indexes: new Map<string, number>(), lambdas: new Map<string, Value>() };
  const value = call.evaluateSource(variable.source, outside, variable.path);
  frame.open.delete(lower);
  frame.known.set(lower, value);
  if (value instanceof Unknown) throw new NotKnown(value.text);
  return value;
}

/** `copyIndex()`, `copyIndex(offset)`, `copyIndex('loop', offset)`. */
function copyIndex(call: FunctionCall): Value {
  const args = call.args.map((each) => known(call.evaluate(each)));
  const name = typeof args[0] === 'string' ? args[0] : '';
  const offset = args.find((each) => typeof each === 'number') ?? 0;
  const index = call.frame.indexes.get(name.toLowerCase());
  if (index === undefined)
    throw new TemplateFault(call.path, `copyIndex(${name && `'${name}'`}) stands outside of that loop`);
  return index + offset;
}

/** The branch that is not taken may be wrong. */
function choose(call: FunctionCall): Value {
  const [condition, whenTrue, whenFalse] = call.args;
  if (!condition || !whenTrue || !whenFalse) throw new TemplateFault(call.path, 'if() takes three arguments');
  const test = known(call.evaluate(condition));
  if (typeof test !== 'boolean') throw new TemplateFault(call.path, 'the condition of if() is not a boolean');
  return call.evaluate(test ? whenTrue : whenFalse);
}

/** `and` ends at the first false, `or` at the first true. */
function every(call: FunctionCall, end: boolean): boolean {
  for (const each of call.args) {
    const value = known(call.evaluate(each));
    if (typeof value !== 'boolean') throw new TemplateFault(call.path, 'and() and or() take booleans');
    if (value === end) return end;
  }
  return !end;
}

function objectOf(call: FunctionCall): Value {
  const entries: [string, Value][] = [];
  for (let at = 0; at + 1 < call.args.length; at += 2) {
    const value = call.args[at + 1];
    if (value) entries.push([textArgument(call, at, 'createObject'), member(call, value)]);
  }
  return Object.fromEntries(entries);
}

/** A member may be unknown without the whole being so. */
function member(call: FunctionCall, expression: Expression): Value {
  try {
    return call.evaluate(expression);
  } catch (caught) {
    if (caught instanceof NotKnown) return new Unknown(`[${printExpression(expression)}]`);
    throw caught;
  }
}
