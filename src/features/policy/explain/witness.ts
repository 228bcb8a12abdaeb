import { shown } from '../expressions/fault.ts';
import { isArray, isObject, type Json, type Selected, wordOf } from '../json/json.ts';
import { ANY_VALUE } from './change.ts';

/** A value that makes a condition come out as wanted. */
export interface Witness {
  /** Undefined: the value must go. */
  readonly value: Selected;
  /** What any other value must meet; absent where only this one will do. */
  readonly requirement?: string;
}

/** Finds a value for which an operator (not a negation) holds, or does not. */
type Finder = (expected: Json, actual: Selected) => Witness | null;

interface Finders {
  readonly whenTrue: Finder;
  readonly whenFalse: Finder;
}

/** One entry per operator; negations use the same with the result turned. */
const finders: Readonly<Record<string, Finders>> = {
  equals: {
    whenTrue: (expected, actual) => ({ value: sameType(expected, actual) }),
    whenFalse: (expected) => other(expected, `anything but ${shown(expected)}`),
  },
  in: {
    whenTrue: (expected) =>
      isArray(expected) && expected.length > 0
        ? { value: expected[0], requirement: `one of ${listed(expected)}` }
        : null,
    whenFalse: (expected, actual) =>
      other(actual ?? null, `none of ${listed(isArray(expected) ? expected : [])}`),
  },
  like: {
    whenTrue: (expected) => ({
      value: wordOf(expected).replaceAll('*', ''),
      requirement: `like ${shown(expected)}`,
    }),
    whenFalse: (expected, actual) => other(actual ?? null, `not like ${shown(expected)}`),
  },
  match: {
    whenTrue: masked,
    whenFalse: (expected, actual) => other(actual ?? null, `not matching ${shown(expected)}`),
  },
  matchInsensitively: {
    whenTrue: masked,
    whenFalse: (expected, actual) => other(actual ?? null, `not matching ${shown(expected)}`),
  },
  contains: { whenTrue: including, whenFalse: (expected, actual) => without(expected, actual) },
  containsKey: { whenTrue: withKey, whenFalse: withoutKey },
  less: {
    whenTrue: (expected) => near(expected, -1, 'less than'),
    whenFalse: (expected) => near(expected, 0, 'at least'),
  },
  lessOrEquals: {
    whenTrue: (expected) => near(expected, 0, 'at most'),
    whenFalse: (expected) => near(expected, 1, 'more than'),
  },
  greater: {
    whenTrue: (expected) => near(expected, 1, 'more than'),
    whenFalse: (expected) => near(expected, 0, 'at most'),
  },
  greaterOrEquals: {
    whenTrue: (expected) => near(expected, 0, 'at least'),
    whenFalse: (expected) => near(expected, -1, 'less than'),
  },
};

/** What a leaf's value is to become. */
export interface Wish {
  readonly operator: string;
  /** The negation's counterpart, where the operator is a negation. */
  readonly negationOf: string | undefined;
  readonly wanted: boolean;
  readonly expected: Json;
  readonly actual: Selected;
}

/** A value that makes a condition hold, or not; null where none is known. */
export function findWitness(wish: Wish): Witness | null {
  if (wish.operator === 'exists') return existence(wish);
  const base = finders[wish.operator];
  if (base !== undefined) return (wish.wanted ? base.whenTrue : base.whenFalse)(wish.expected, wish.actual);
  const turned = wish.negationOf === undefined ? undefined : finders[wish.negationOf];
  if (turned === undefined) return null;
  return (wish.wanted ? turned.whenFalse : turned.whenTrue)(wish.expected, wish.actual);
}

function existence({ expected, wanted }: Wish): Witness {
  const mustExist = (wordOf(expected).toLowerCase() === 'true') === wanted;
  return mustExist ? { value: 'value', requirement: ANY_VALUE } : { value: undefined };
}

/** Words that come in pairs, so that the other one is the likely cure. */
const opposites: ReadonlyMap<string, string> = new Map(
  [
    ['Enabled', 'Disabled'],
    ['Allow', 'Deny'],
    ['True', 'False'],
    ['On', 'Off'],
    ['Yes', 'No'],
  ].flatMap(([left = '', right = '']): [string, string][] => [
    [left.toLowerCase(), right],
    [right.toLowerCase(), left],
  ]),
);

/** `"true"` in a definition means the boolean where the document holds one. */
function sameType(expected: Json, actual: Selected): Json {
  return typeof actual === 'boolean' && typeof expected === 'string'
    ? expected.toLowerCase() === 'true'
    : expected;
}

function other(value: Json, requirement: string): Witness {
  if (typeof value === 'boolean') return { value: !value };
  if (typeof value === 'number') return { value: value + 1, requirement };
  if (typeof value !== 'string' || value === '') return { value: 'other', requirement };
  return { value: opposites.get(value.toLowerCase()) ?? `other than ${value}`, requirement };
}

function listed(values: readonly Json[]): string {
  return values.slice(0, 8).map(shown).join(', ') + (values.length > 8 ? ' …' : '');
}

function masked(expected: Json): Witness {
  const value = wordOf(expected).replaceAll('#', '0').replaceAll('?', 'a').replaceAll('.', 'x');
  return { value, requirement: `matching ${shown(expected)}` };
}

function including(expected: Json, actual: Selected): Witness {
  if (isArray(actual)) return { value: [...actual, expected] };
  return { value: expected, requirement: `containing ${shown(expected)}` };
}

function without(expected: Json, actual: Selected): Witness {
  if (!isArray(actual)) return { value: undefined, requirement: `not containing ${shown(expected)}` };
  return {
    value: actual.filter((member) => wordOf(member).toLowerCase() !== wordOf(expected).toLowerCase()),
  };
}

function withKey(expected: Json, actual: Selected): Witness {
  return {
    value: { ...(isObject(actual) ? actual : {}), [wordOf(expected)]: 'value' },
    requirement: `with the key ${shown(expected)}`,
  };
}

function withoutKey(expected: Json, actual: Selected): Witness | null {
  if (!isObject(actual)) return null;
  const key = wordOf(expected).toLowerCase();
  return { value: Object.fromEntries(Object.entries(actual).filter(([name]) => name.toLowerCase() !== key)) };
}

/** The boundary itself, or one step beyond it. */
function near(expected: Json, step: number, words: string): Witness | null {
  const requirement = `${words} ${shown(expected)}`;
  if (typeof expected === 'number') return { value: expected + step, requirement };
  if (typeof expected !== 'string') return null;
  if (step === 0) return { value: expected, requirement };
  const year = /^(\d{4})(-.*)$/.exec(expected);
  if (year !== null)
    return { value: `${String(Number(year[1]) + step).padStart(4, '0')}${year[2]}`, requirement };
  return { value: step > 0 ? `${expected}z` : expected.slice(0, -1), requirement };
}
