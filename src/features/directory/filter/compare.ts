import type { Attribute } from '../schemas/attribute.ts';
import { fold } from '../text.ts';
import { invalidFilter } from './parse.ts';

type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'lt' | 'ge' | 'le';
type Test = (value: unknown) => boolean;

const TEXT: Readonly<Record<Operator, (value: string, wanted: string) => boolean>> = {
  eq: (value, wanted) => value === wanted,
  ne: (value, wanted) => value !== wanted,
  co: (value, wanted) => value.includes(wanted),
  sw: (value, wanted) => value.startsWith(wanted),
  ew: (value, wanted) => value.endsWith(wanted),
  gt: (value, wanted) => value > wanted,
  lt: (value, wanted) => value < wanted,
  ge: (value, wanted) => value >= wanted,
  le: (value, wanted) => value <= wanted,
};

const TIME: Readonly<Partial<Record<Operator, (value: number, wanted: number) => boolean>>> = {
  eq: (value, wanted) => value === wanted,
  ne: (value, wanted) => value !== wanted,
  gt: (value, wanted) => value > wanted,
  lt: (value, wanted) => value < wanted,
  ge: (value, wanted) => value >= wanted,
  le: (value, wanted) => value <= wanted,
};

/**
 * The test of one value of an attribute (RFC 7644 table 3): text in any case unless its attribute says otherwise,
 * times as times. `true` and `"True"` are the same, since Entra writes both.
 * @throws ScimFailure `invalidFilter` where the attribute cannot be compared so
 */
export function compare(operator: Operator, attribute: Attribute, wanted: unknown): Test {
  if (attribute.type === 'boolean') return compareBoolean(operator, attribute, wanted);
  if (attribute.type === 'dateTime') return compareTime(operator, attribute, wanted);
  if (attribute.type === 'binary' && operator !== 'eq' && operator !== 'ne')
    throw refused(operator, attribute);
  if (typeof wanted !== 'string' && typeof wanted !== 'number')
    throw invalidFilter(`${attribute.name} is compared with a string`);
  const canonical = attribute.caseExact ? (text: string) => text : fold;
  const test = TEXT[operator];
  const text = canonical(String(wanted));
  return (value) => typeof value === 'string' && test(canonical(value), text);
}

function compareBoolean(operator: Operator, attribute: Attribute, wanted: unknown): Test {
  if (operator !== 'eq' && operator !== 'ne') throw refused(operator, attribute);
  const text = String(wanted).toLowerCase();
  if (text !== 'true' && text !== 'false')
    throw invalidFilter(`${attribute.name} is compared with true or false`);
  return (value) => ((value === true) === (text === 'true')) === (operator === 'eq');
}

function compareTime(operator: Operator, attribute: Attribute, wanted: unknown): Test {
  const test = TIME[operator];
  if (!test) throw refused(operator, attribute);
  const time = typeof wanted === 'string' ? Date.parse(wanted) : Number.NaN;
  if (Number.isNaN(time))
    throw invalidFilter(`${attribute.name} is compared with a time such as "2026-01-31T00:00:00Z"`);
  return (value) => test(Date.parse(String(value)), time);
}

function refused(operator: Operator, { name, type }: Attribute) {
  return invalidFilter(`${name} is a ${type} and knows no ${operator}`);
}
