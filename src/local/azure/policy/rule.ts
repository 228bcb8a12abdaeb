import type { Json, JsonObject, Resource } from '../estate/model.ts';

/** One condition as Policy Insights tells of it (`evaluatedExpressions`, policyStates 2024-10-01). */
export type EvaluatedExpression = {
  readonly result: 'True' | 'False';
  readonly expression: string;
  readonly expressionKind: string;
  readonly path: string;
  readonly expressionValue: Json;
  readonly targetValue: Json;
  readonly operator: string;
};
export type RuleResult = { readonly result: boolean; readonly expressions: readonly EvaluatedExpression[] };

const OPERATORS: Readonly<Record<string, (value: Json, target: Json) => boolean>> = {
  equals: isSame,
  notEquals: (value, target) => !isSame(value, target),
  exists: (value, target) =>
    (value !== undefined && value !== null) === (target === true || target === 'true'),
};
const TOP = ['sku', 'kind', 'identity', 'zones', 'tags', 'location', 'name'];

/** Whether a rule is about resources of a type alone: that type in lower case. */
export function typeOfRule(condition: Json): string | undefined {
  const all = objectOf(condition).allOf;
  const leaf = Array.isArray(all) ? all.map(objectOf).find(({ field }) => field === 'type') : undefined;
  return typeof leaf?.equals === 'string' ? leaf.equals.toLowerCase() : undefined;
}

/**
 * Evaluates the simple rules that the simulator’s policies are made of: `allOf` over fields with equals, notEquals,
 * exists. Undefined for any other.
 */
export function evaluateRule(condition: Json, resource: Resource): RuleResult | undefined {
  const given = objectOf(condition);
  if (!Array.isArray(given.allOf)) return evaluateLeaf(given, resource);
  const expressions: EvaluatedExpression[] = [];
  for (const part of given.allOf) {
    const one = evaluateRule(part, resource);
    if (one === undefined) return undefined;
    expressions.push(...one.expressions);
    if (!one.result) return { result: false, expressions };
  }
  return { result: true, expressions };
}

function evaluateLeaf(leaf: JsonObject, resource: Resource): RuleResult | undefined {
  const { field } = leaf;
  const operator = Object.keys(OPERATORS).find((name) => name in leaf);
  const test = operator === undefined ? undefined : OPERATORS[operator];
  if (typeof field !== 'string' || operator === undefined || !test || /[[\]*]/.test(field)) return undefined;
  const targetValue = leaf[operator];
  if (typeof targetValue === 'string' && targetValue.startsWith('[')) return undefined;
  const path = pathOf(field, resource);
  const expressionValue = valueAt(resource, path);
  const result = test(expressionValue, targetValue);
  const expression: EvaluatedExpression = {
    result: result ? 'True' : 'False',
    expression: field,
    expressionKind: 'Field',
    path,
    expressionValue,
    targetValue,
    operator: operator.charAt(0).toUpperCase() + operator.slice(1),
  };
  return { result, expressions: [expression] };
}

/** Where a field or alias stands in the document. */
function pathOf(field: string, { type }: Resource): string {
  if (!field.toLowerCase().startsWith(`${type.toLowerCase()}/`)) return field;
  const path = field.slice(type.length + 1).replaceAll('/', '.');
  return TOP.includes(path.split('.')[0] ?? '') ? path : `properties.${path}`;
}

function valueAt(resource: Resource, path: string): Json {
  return path
    .split('.')
    .reduce<Json>((value, name) => objectOf(value)[name], resource as unknown as JsonObject);
}

function isSame(value: Json, target: Json): boolean {
  if (value === undefined || value === null) return false;
  return JSON.stringify(value).toLowerCase() === JSON.stringify(target).toLowerCase();
}

function objectOf(value: Json): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
