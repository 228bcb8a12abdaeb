import type { JsonObject } from '#features/policy/index.ts';
import { evaluateValue } from './expression.ts';
import type { Frame } from './frame.ts';
import { attempt, TemplateFault, type TemplateProblem } from './problem.ts';
import {
  isValueArray,
  isValueObject,
  readProperty,
  readText,
  Unknown,
  type Value,
  type ValueObject,
} from './value.ts';

/** Values that are given to a template, by name: `{value}`, `{reference}` to a vault, or bare. */
export type GivenParameters = Readonly<Record<string, Value>>;

/**
 * The value of every declared parameter, by lower-case name: what is given, else its default.
 * Source: learn.microsoft.com, "Parameters in ARM templates".
 */
export function bindParameters(
  frame: Frame,
  given: GivenParameters,
  problems: TemplateProblem[],
): ReadonlyMap<string, Value> {
  const declared = readProperty(frame.template, 'parameters');
  const definitions = isValueObject(declared) ? declared : {};
  const bound = new Map<string, Value>();
  for (const [name, definition] of Object.entries(definitions)) {
    const value = attempt(problems, `$.parameters.${name}`, () =>
      bind(name, isValueObject(definition) ? definition : {}, {
        frame: { ...frame, parameters: bound },
        given,
      }),
    );
    bound.set(name.toLowerCase(), value ?? null);
  }
  for (const name of Object.keys(given)) {
    if (bound.has(name.toLowerCase())) continue;
    problems.push({ path: `parameters.${name}`, reason: 'the template declares no such parameter' });
  }
  return bound;
}

function bind(
  name: string,
  definition: ValueObject,
  { frame, given }: { frame: Frame; given: GivenParameters },
): Value {
  const path = `$.parameters.${name}`;
  const value = givenValue(readProperty(given, name));
  if (value !== undefined) {
    check(value, definition, `parameters.${name}`);
    return value;
  }
  const fallback = readProperty(definition, 'defaultValue');
  if (fallback !== undefined) return evaluateValue(fallback, frame, `${path}.defaultValue`);
  if (readProperty(definition, 'nullable') === true) return null;
  throw new TemplateFault(`parameters.${name}`, 'a value is required: it has no default');
}

function givenValue(given: Value | undefined): Value | undefined {
  if (!isValueObject(given)) return given;
  const reference = readProperty(given, 'reference');
  if (reference !== undefined) return new Unknown('[a secret of a key vault]');
  const value = readProperty(given, 'value');
  return value === undefined ? given : value;
}

const TYPES: Readonly<Record<string, (value: Value) => boolean>> = {
  string: (value) => typeof value === 'string',
  securestring: (value) => typeof value === 'string',
  int: (value) => Number.isInteger(value),
  bool: (value) => typeof value === 'boolean',
  object: isValueObject,
  secureobject: isValueObject,
  array: isValueArray,
};

/** Type, allowed values and bounds; the value itself stays out of the message, it may be a secret. */
function check(value: Value, definition: ValueObject, path: string): void {
  if (value instanceof Unknown) return;
  const type = readText(definition, 'type').toLowerCase();
  if (value === null && readProperty(definition, 'nullable') === true) return;
  if (TYPES[type] && !TYPES[type](value)) throw new TemplateFault(path, `the value must be of type ${type}`);
  const allowed = readProperty(definition, 'allowedValues');
  if (isValueArray(allowed) && !isAllowed(value, allowed))
    throw new TemplateFault(path, `the value must be one of ${JSON.stringify(allowed)}`);
  const size = typeof value === 'number' ? value : sizeOf(value);
  const [least, most] = (
    typeof value === 'number' ? ['minValue', 'maxValue'] : ['minLength', 'maxLength']
  ).map((key) => readProperty(definition, key));
  if (size === undefined) return;
  if (typeof least === 'number' && size < least)
    throw new TemplateFault(path, `the value or its length must be at least ${least}`);
  if (typeof most === 'number' && size > most)
    throw new TemplateFault(path, `the value or its length must be at most ${most}`);
}

/** An array is allowed where each of its members is. */
function isAllowed(value: Value, allowed: readonly Value[]): boolean {
  const texts = new Set(allowed.map((each) => JSON.stringify(each)));
  if (texts.has(JSON.stringify(value))) return true;
  return isValueArray(value) && value.every((each) => texts.has(JSON.stringify(each)));
}

function sizeOf(value: Value): number | undefined {
  return typeof value === 'string' || isValueArray(value) ? value.length : undefined;
}

/** Names of the parameters whose values no answer or row may hold. */
export function secureParameters(template: JsonObject): ReadonlySet<string> {
  const declared = readProperty(template, 'parameters');
  const entries = isValueObject(declared) ? Object.entries(declared) : [];
  const secure = entries.filter(
    ([, definition]) => isValueObject(definition) && /^secure/i.test(readText(definition, 'type')),
  );
  return new Set(secure.map(([name]) => name.toLowerCase()));
}
