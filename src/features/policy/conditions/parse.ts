import { parseTemplate } from '../expressions/template.ts';
import { isArray, isObject, type Json, type JsonObject } from '../json/json.ts';
import { limits } from '../limits.ts';
import { findOperator, operatorNames } from '../operators/registry.ts';
import { type ProblemKind, report } from '../problems.ts';
import { nearest } from '../text/nearest.ts';
import type { Condition, LeafCondition, LeftSide } from './ast.ts';
import { type ConditionParse, keysByLowerCase } from './context.ts';
import { parseCount } from './parseCount.ts';

const LOGICAL = new Set(['allof', 'anyof', 'not']);
const LEFT = new Set(['field', 'value', 'count']);

/**
 * Parses a condition or logical operator. Keys are read in any casing.
 * @returns null after reporting why the JSON is no condition
 */
export function parseCondition(json: Json, path: string, context: ConditionParse): Condition | null {
  if (!isObject(json)) return wrong(context, 'structure', path, 'expected a condition: an object');
  if (context.depth > limits.conditionDepth) {
    return wrong(context, 'limit', path, `conditions are nested deeper than ${limits.conditionDepth} levels`);
  }
  const keys = keysByLowerCase(json, path, context.problems);
  const logical = [...keys.keys()].find((key) => LOGICAL.has(key));
  return logical === undefined
    ? parseLeaf(json, { path, keys, context })
    : parseLogical(json, { path, keys, context, logical });
}

interface Parsed {
  readonly path: string;
  /** Spelling of each key, by lower case. */
  readonly keys: ReadonlyMap<string, string>;
  readonly context: ConditionParse;
}

/** Reports a problem and gives up on the node. */
function wrong(context: ConditionParse, kind: ProblemKind, path: string, reason: string): null {
  report(context.problems, kind, { path, reason });
  return null;
}

function parseLogical(json: JsonObject, parsed: Parsed & { readonly logical: string }): Condition | null {
  const { path, keys, context, logical } = parsed;
  const key = keys.get(logical) ?? logical;
  const below = { ...context, depth: context.depth + 1 };
  const others = [...keys.values()].filter((other) => other !== key);
  if (others.length > 0)
    return wrong(context, 'unknownKey', path, `${key} stands alone, but there is also ${others.join(', ')}`);
  const inner = json[key] ?? null;
  const innerPath = `${path}.${key}`;
  if (logical === 'not') {
    const of = parseCondition(inner, innerPath, below);
    return of === null ? null : { kind: 'not', path, of };
  }
  if (!isArray(inner)) return wrong(context, 'structure', innerPath, `${key} expects an array of conditions`);
  if (inner.length === 0)
    report(context.problems, 'structure', {
      path: innerPath,
      reason: `${key} is empty`,
      severity: 'warning',
    });
  const of = inner.map((each, i) => parseCondition(each, `${innerPath}[${i}]`, below));
  const conditions = of.filter((each) => each !== null);
  if (conditions.length < of.length) return null;
  return { kind: logical === 'allof' ? 'allOf' : 'anyOf', path, of: conditions };
}

function parseLeaf(json: JsonObject, parsed: Parsed): LeafCondition | null {
  const { path, context } = parsed;
  context.totals.conditions += 1;
  if (context.totals.conditions === context.totals.limit + 1) {
    wrong(context, 'limit', path, `there are more than ${context.totals.limit} conditions`);
  }
  if (context.totals.conditions > context.totals.limit) return null;
  const left = parseLeft(json, parsed);
  const operatorKey = findOperatorKey(parsed);
  const operator = operatorKey === null ? undefined : findOperator(operatorKey);
  if (operatorKey === null || operator === undefined || left === null) return null;
  const rightPath = `${path}.${operatorKey}`;
  const right = parseTemplate(json[operatorKey] ?? null, rightPath, context.problems);
  return { kind: 'leaf', path, left, operator, right, rightPath };
}

/** The key that names the operator; anything else beside the left side is reported. */
function findOperatorKey({ path, keys, context }: Parsed): string | null {
  const rest = [...keys.values()].filter((key) => !LEFT.has(key.toLowerCase()));
  const operators = rest.filter((key) => findOperator(key) !== undefined);
  for (const key of rest) {
    if (findOperator(key) !== undefined) continue;
    if (key.toLowerCase() === 'source') {
      const reason = 'source is no longer part of the language: ask about a field, a value or a count';
      report(context.problems, 'unknownKey', { path: `${path}.${key}`, reason, nearest: 'field' });
      continue;
    }
    const meant = nearest(key, [...operatorNames(), 'field', 'value', 'count', 'allOf', 'anyOf', 'not']);
    const kind = operators.length === 0 ? 'unknownOperator' : 'unknownKey';
    report(context.problems, kind, {
      path: `${path}.${key}`,
      reason: `${key} is not an operator`,
      nearest: meant,
    });
  }
  if (operators.length === 1 && rest.length === 1) return operators[0] ?? null;
  if (operators.length > 1)
    wrong(context, 'structure', path, `more than one operator: ${operators.join(', ')}`);
  if (rest.length === 0) wrong(context, 'structure', path, 'the condition has no operator');
  return null;
}

function parseLeft(json: JsonObject, { path, keys, context }: Parsed): LeftSide | null {
  const given = [...keys.keys()].filter((key) => LEFT.has(key));
  if (given.length !== 1) {
    const reason =
      given.length === 0 ? 'expected field, value or count' : `only one of ${given.join(', ')} may be given`;
    return wrong(context, 'structure', path, reason);
  }
  const key = keys.get(given[0] ?? '') ?? '';
  const leftPath = `${path}.${key}`;
  const raw = json[key] ?? null;
  if (given[0] === 'count') return parseCount(raw, leftPath, { ...context, parse: parseCondition });
  const template = parseTemplate(raw, leftPath, context.problems);
  if (given[0] === 'value') return { kind: 'value', value: template, path: leftPath, text: textOf(raw) };
  if (typeof raw === 'string') return { kind: 'field', name: template, path: leftPath };
  return wrong(context, 'structure', leftPath, 'field expects a text');
}

function textOf(raw: Json): string {
  return typeof raw === 'string' ? raw : JSON.stringify(raw);
}
