import { deepEqual } from '../json/equal.ts';
import {
  isArray,
  isObject,
  type Json,
  type JsonObject,
  readKeyOf,
  type Selected,
  typeName,
  wordOf,
} from '../json/json.ts';
import { type KeysSite, reportUnknownKeys } from '../keys.ts';
import { type Problem, type ProblemList, problemList, report } from '../problems.ts';
import { nearest } from '../text/nearest.ts';

/** A declared parameter. */
export interface Parameter {
  readonly name: string;
  /** Lower-case. */
  readonly type: string;
  readonly defaultValue: Selected;
  readonly allowedValues: readonly Json[] | null;
}

const checks: Readonly<Record<string, (value: Json) => boolean>> = {
  string: (value) => typeof value === 'string',
  array: isArray,
  object: isObject,
  boolean: (value) => typeof value === 'boolean' || value === 'true' || value === 'false',
  integer: (value) => Number.isInteger(value),
  float: (value) => typeof value === 'number',
  datetime: (value) => typeof value === 'string',
};

/** Parses a `parameters` block. Names that differ by case only are one name given twice. */
export function parseParameters(json: Selected, path: string, problems: ProblemList): Parameter[] {
  if (json === undefined || json === null) return [];
  if (!isObject(json)) {
    report(problems, 'parameter', { path, reason: 'parameters must be an object' });
    return [];
  }
  const seen = new Set<string>();
  return Object.entries(json).map(([name, declaration]) => {
    const place = `${path}.${name}`;
    if (seen.has(name.toLowerCase()))
      report(problems, 'duplicateKey', { path: place, reason: `${name} is given twice` });
    seen.add(name.toLowerCase());
    if (!isObject(declaration))
      report(problems, 'parameter', { path: place, reason: `parameter ${name} must be an object` });
    return parseParameter(name, isObject(declaration) ? declaration : {}, { path: place, problems });
  });
}

function parseParameter(
  name: string,
  json: JsonObject,
  at: { path: string; problems: ProblemList },
): Parameter {
  const given = readKeyOf(json, 'type');
  const type = typeof given === 'string' ? given.toLowerCase() : '';
  if (!Object.hasOwn(checks, type)) {
    const meant = nearest(wordOf(given), Object.keys(checks));
    const reason =
      given === undefined ? `parameter ${name} has no type` : `${wordOf(given)} is not a parameter type`;
    report(at.problems, 'parameter', { path: `${at.path}.type`, reason, nearest: meant });
  }
  reportUnknownKeys(json, KEYS, at);
  const allowed = readKeyOf(json, 'allowedValues');
  if (allowed !== undefined && !isArray(allowed))
    report(at.problems, 'parameter', { path: `${at.path}.allowedValues`, reason: 'expected an array' });
  const parameter = {
    name,
    type,
    defaultValue: readKeyOf(json, 'defaultValue'),
    allowedValues: isArray(allowed) ? allowed : null,
  };
  if (parameter.defaultValue !== undefined && parameter.defaultValue !== null)
    checkValue(parameter, parameter.defaultValue, { path: `${at.path}.defaultValue`, problems: at.problems });
  return parameter;
}

const KEYS = ['type', 'metadata', 'defaultValue', 'allowedValues', 'schema'];

/**
 * Checks the values of an assignment against the declarations.
 * @returns missing values, unknown names, wrong types and values that are not allowed
 */
export function checkParameterValues(declared: readonly Parameter[], values: JsonObject): Problem[] {
  const problems = problemList();
  for (const parameter of declared) {
    const path = `$.parameters.${parameter.name}`;
    checkValue(parameter, readKeyOf(values, parameter.name), { path, problems });
  }
  const names = declared.map((parameter) => parameter.name);
  for (const name of Object.keys(values)) {
    if (names.some((known) => known.toLowerCase() === name.toLowerCase())) continue;
    const place = { path: `$.parameters.${name}`, nearest: () => nearest(name, names) };
    report(problems, 'unknownParameter', {
      ...place,
      reason: `the definition declares no parameter ${name}`,
    });
  }
  return problems.all;
}

function checkValue(parameter: Parameter, value: Selected, { path, problems }: KeysSite): void {
  if (value === undefined) {
    if (parameter.defaultValue === undefined)
      report(problems, 'parameter', { path, reason: 'a value is required' });
    return;
  }
  if (checks[parameter.type]?.(value) === false) {
    report(problems, 'parameter', { path, reason: `expected ${parameter.type} but got ${typeName(value)}` });
  } else if (parameter.allowedValues !== null && !isAllowed(parameter.allowedValues, value)) {
    const allowed = parameter.allowedValues.filter((each) => typeof each === 'string');
    report(problems, 'parameter', {
      path,
      reason: 'the value is not allowed',
      nearest: () => nearest(wordOf(value), allowed),
    });
  }
}

function isAllowed(allowed: readonly Json[], value: Json): boolean {
  const members: readonly Json[] = isArray(value) ? value : [value];
  return (
    allowed.some((each) => deepEqual(each, value)) ||
    members.every((member) => isAllowedMember(allowed, member))
  );
}

function isAllowedMember(allowed: readonly Json[], member: Json): boolean {
  if (typeof member !== 'string') return allowed.some((each) => deepEqual(each, member));
  return allowed.some((each) => typeof each === 'string' && each.toLowerCase() === member.toLowerCase());
}
