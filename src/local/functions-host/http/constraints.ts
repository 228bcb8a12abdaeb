export type Constraint = (value: string) => boolean;

type Factory = (...args: string[]) => Constraint;

const integer = /^[+-]?\d+$/;
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)$/;
const float = /^[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|infinity|nan)$/i;
const guid =
  /^(\{[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\}|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]{32})$/i;

const factories: Readonly<Record<string, Factory>> = {
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  bool: () => (value) => /^(true|false)$/i.test(value.trim()),
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  decimal: () => (value) => decimal.test(value),
  double: () => (value) => float.test(value),
  file: () => isFileName,
  float: () => (value) => float.test(value),
  guid: () => (value) => guid.test(value),
  int: () => (value) => inRange(value, -(2n ** 31n), 2n ** 31n - 1n),
  length:
    (min = '0', max = min) =>
    (value) =>
      value.length >= Number(min) && value.length <= Number(max),
  long: () => (value) => inRange(value, -(2n ** 63n), 2n ** 63n - 1n),
  max:
    (max = '0') =>
    (value) =>
      inRange(value, -(2n ** 63n), BigInt(max)),
  maxlength:
    (max = '0') =>
    (value) =>
      value.length <= Number(max),
  min:
    (min = '0') =>
    (value) =>
      inRange(value, BigInt(min), 2n ** 63n - 1n),
  minlength:
    (min = '0') =>
    (value) =>
      value.length >= Number(min),
  nonfile: () => (value) => !isFileName(value),
  range:
    (min = '0', max = '0') =>
    (value) =>
      inRange(value, BigInt(min), BigInt(max)),
  required: () => (value) => value !== '',
};

/**
 * The check that an inline constraint such as `int`, `length(2,4)` or `regex(^a$)` stands for.
 * https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
 * @throws Error for a name that ASP.NET does not know.
 */
export function createConstraint(text: string): Constraint {
  const [, name = text, argument] = /^([^(]*)\((.*)\)$/s.exec(text) ?? [];
  if (name.toLowerCase() === 'regex') return matches(new RegExp(argument ?? '', 'i'));
  const factory = factories[name.toLowerCase()];
  if (!factory) throw new Error(`the constraint '${text}' is not known`);
  return factory(...(argument === undefined ? [] : argument.split(',').map((part) => part.trim())));
}

function matches(expression: RegExp): Constraint {
  return (value) => expression.test(value);
}

function inRange(value: string, min: bigint, max: bigint): boolean {
  if (!integer.test(value)) return false;
  const number = BigInt(value.replace(/^\+/, ''));
  return number >= min && number <= max;
}

function isFileName(value: string): boolean {
  return /\.[^./]+$/.test(value.slice(value.lastIndexOf('/') + 1));
}
