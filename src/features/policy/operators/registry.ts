import type { Json } from '../json/json.ts';
import type { PolicySemantics } from '../semantics.ts';
import { contains, containsKey } from './contains.ts';
import { equals } from './equals.ts';
import { exists } from './exists.ts';
import { isIn } from './in.ts';
import { like } from './like.ts';
import { match, matchInsensitively } from './match.ts';
import type { Operator, Predicate } from './operator.ts';
import { orderingOperators } from './ordering.ts';

/** All condition operators, one line each; negations follow from them. */
const registered: readonly Operator[] = [
  equals,
  isIn,
  like,
  match,
  matchInsensitively,
  contains,
  containsKey,
  ...orderingOperators,
  exists,
];

const byName: ReadonlyMap<string, Operator> = new Map(
  registered
    .flatMap((operator) =>
      operator.negation === undefined ? [operator] : [operator, negated(operator, operator.negation)],
    )
    .map((operator) => [operator.name.toLowerCase(), operator]),
);

function negated(operator: Operator, name: string): Operator {
  return {
    ...operator,
    name,
    negation: operator.name,
    phrase: operator.negatedPhrase,
    negatedPhrase: operator.phrase,
    prepare: (right: Json, semantics: PolicySemantics) => not(operator.prepare(right, semantics)),
  };
}

function not(prepared: Predicate | string): Predicate | string {
  return typeof prepared === 'string' ? prepared : (left, run) => !prepared(left, run);
}

/** An operator by its name in any casing. */
export function findOperator(name: string): Operator | undefined {
  return byName.get(name.toLowerCase());
}

/** The names of all operators, negations included. */
export function operatorNames(): string[] {
  return [...byName.values()].map((operator) => operator.name);
}
