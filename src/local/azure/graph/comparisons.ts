import { compare, textOf, type Value } from './value.ts';

type Comparison = (left: Value, right: readonly Value[]) => boolean;

function one(test: (left: Value, right: Value) => boolean): Comparison {
  return (left, right) => test(left, right[0]);
}

function texts(test: (left: string, right: string) => boolean): Comparison {
  return (left, right) => test(textOf(left).toLowerCase(), textOf(right[0]).toLowerCase());
}

function equal(left: Value, right: Value): boolean {
  if (left instanceof Date || right instanceof Date) return compare(left, right) === 0;
  if (typeof left === typeof right) return left === right;
  return textOf(left) === textOf(right);
}

function same(left: Value, right: Value): boolean {
  return textOf(left).toLowerCase() === textOf(right).toLowerCase();
}

/** Kusto's `has`: the term stands between characters that are neither letters nor digits. */
function hasTerm(text: string, term: string): boolean {
  let at = text.indexOf(term);
  while (at >= 0) {
    const before = text[at - 1] ?? ' ';
    const after = text[at + term.length] ?? ' ';
    if (!/[\p{L}\p{N}]/u.test(before) && !/[\p{L}\p{N}]/u.test(after)) return true;
    at = text.indexOf(term, at + 1);
  }
  return term === '';
}

const positive: Readonly<Record<string, Comparison>> = {
  '==': one(equal),
  '=~': one(same),
  '>': one((left, right) => compare(left, right) > 0),
  '>=': one((left, right) => compare(left, right) >= 0),
  '<': one((left, right) => compare(left, right) < 0),
  '<=': one((left, right) => compare(left, right) <= 0),
  in: (left, right) => right.some((item) => equal(left, item)),
  'in~': (left, right) => right.some((item) => same(left, item)),
  has: texts(hasTerm),
  contains: texts((left, right) => left.includes(right)),
  contains_cs: one((left, right) => textOf(left).includes(textOf(right))),
  startswith: texts((left, right) => left.startsWith(right)),
  endswith: texts((left, right) => left.endsWith(right)),
};

const negatives: Readonly<Record<string, string>> = { '!=': '==', '!~': '=~' };

/** Comparison operators of the Kusto subset, each with its `!` form. */
export function findComparison(operator: string): Comparison | undefined {
  const direct = positive[operator];
  if (direct !== undefined) return direct;
  const base = positive[negatives[operator] ?? (operator.startsWith('!') ? operator.slice(1) : '')];
  return base && ((left, right) => !base(left, right));
}
