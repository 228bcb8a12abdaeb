import {
  type Expression,
  ExpressionFault,
  isTemplateExpression,
  parseTemplateExpression,
  unescapeTemplateLiteral,
} from '#features/policy/index.ts';
import { pay, spend } from './budget.ts';
import type { Frame } from './frame.ts';
import { findTemplateFunction } from './functions/registry.ts';
import { TemplateFault } from './problem.ts';
import { callShared } from './structural.ts';
import { isValueArray, isValueObject, NotKnown, readProperty, Unknown, type Value } from './value.ts';

/**
 * A JSON value of a template with its expressions evaluated; what only the deployment can tell is `Unknown`.
 * Source: learn.microsoft.com, "Syntax and expressions in ARM templates".
 * @throws TemplateFault where an expression is wrong
 */
export function evaluateValue(source: Value, frame: Frame, path: string): Value {
  spend(frame.budget, 1, path);
  if (typeof source === 'string') return evaluateText(source, frame, path);
  if (isValueArray(source)) return source.map((item, i) => evaluateValue(item, frame, `${path}[${i}]`));
  if (!isValueObject(source)) return source;
  return Object.fromEntries(
    Object.entries(source).map(([key, item]) => [
      keyOf(key, frame, path),
      evaluateValue(item, frame, `${path}.${key}`),
    ]),
  );
}

/** Property names may be expressions too (tags, mostly). */
function keyOf(key: string, frame: Frame, path: string): string {
  if (!isTemplateExpression(key)) return key;
  const value = evaluateText(key, frame, path);
  return typeof value === 'string' ? value : key;
}

function evaluateText(text: string, frame: Frame, path: string): Value {
  if (!isTemplateExpression(text)) return unescapeTemplateLiteral(text);
  const parsed = parseTemplateExpression(text);
  if (!parsed.ok) throw new TemplateFault(path, `${brief(text)}: ${parsed.reason}`);
  try {
    return evaluateExpression(parsed.expression, frame, path);
  } catch (caught) {
    if (caught instanceof NotKnown) return new Unknown(text);
    if (caught instanceof ExpressionFault)
      throw new TemplateFault(path, `${brief(text)}: ${caught.fault.reason}`);
    throw caught;
  }
}

/** @throws NotKnown, ExpressionFault, TemplateFault */
export function evaluateExpression(expression: Expression, frame: Frame, path: string): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'access':
      return access(
        evaluateExpression(expression.target, frame, path),
        evaluateExpression(expression.key, frame, path),
        path,
      );
    case 'call':
      return pay(frame.budget, call(expression, frame, path), path);
  }
}

function access(target: Value, key: Value, path: string): Value {
  if (target instanceof Unknown) throw new NotKnown(target.text);
  if (key instanceof Unknown) throw new NotKnown(key.text);
  const found =
    isValueArray(target) && typeof key === 'number'
      ? target[key]
      : isValueObject(target) && typeof key === 'string'
        ? readProperty(target, key)
        : undefined;
  if (found === undefined)
    throw new TemplateFault(path, `there is no property or member ${JSON.stringify(key)}`);
  return found;
}

type Call = Extract<Expression, { kind: 'call' }>;

function call(expression: Call, frame: Frame, path: string): Value {
  const special = findTemplateFunction(expression.name);
  if (special) {
    const evaluate = (each: Expression, within = frame) => evaluateExpression(each, within, path);
    return special({ args: expression.args, frame, path, evaluate, evaluateSource: evaluateValue });
  }
  const user = frame.functions.get(expression.name.toLowerCase());
  const args = expression.args.map((each) => evaluateExpression(each, frame, path));
  if (!user) return callShared(expression.name, args);
  const parameters = new Map(user.parameters.map((name, index) => [name.toLowerCase(), args[index] ?? null]));
  return evaluateValue(user.output, { ...frame, parameters }, path);
}

function brief(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
