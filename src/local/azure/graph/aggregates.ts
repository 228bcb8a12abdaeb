import type { Json } from '../estate/model.ts';
import type { Evaluator } from './evaluate.ts';
import type { Source } from './relation.ts';
import { compare, isEmpty, textOf, toJson, type Value } from './value.ts';

export type Aggregate = { readonly add: (source: Source) => void; readonly result: () => Value };
type Create = (values: readonly Evaluator[]) => Aggregate;

/** Aggregates of the Kusto subset, for `summarize`. */
const aggregates: Readonly<Record<string, Create>> = {
  count: () => folded(0, (total) => total + 1),
  countif: ([test]) => folded(0, (total, source) => total + Number(test?.(source) === true)),
  sum: ([value]) => folded(0, (total, source) => total + Number(value?.(source) ?? 0)),
  min: ([value]) => best(value, -1),
  max: ([value]) => best(value, 1),
  any: ([value]) => best(value, 0),
  take_any: ([value]) => best(value, 0),
  avg: ([value]) => average(value),
  dcount: ([value]) => distinct(value, (found) => found.length),
  make_set: ([value]) => distinct(value, (found) => found),
  make_list: ([value]) => list(value),
};

export function findAggregate(name: string): Create | undefined {
  return aggregates[name];
}

function folded(start: number, step: (total: number, source: Source) => number): Aggregate {
  let total = start;
  return {
    add: (source) => {
      total = step(total, source);
    },
    result: () => total,
  };
}

function best(value: Evaluator | undefined, sign: number): Aggregate {
  let found: Value = null;
  return {
    add: (source) => {
      const candidate = value?.(source);
      if (isEmpty(candidate)) return;
      if (isEmpty(found) || compare(candidate, found) * sign > 0) found = candidate;
    },
    result: () => found,
  };
}

function average(value: Evaluator | undefined): Aggregate {
  let total = 0;
  let count = 0;
  return {
    add: (source) => {
      const candidate = value?.(source);
      if (isEmpty(candidate)) return;
      total += Number(candidate);
      count++;
    },
    result: () => (count === 0 ? null : total / count),
  };
}

function distinct(value: Evaluator | undefined, result: (found: readonly Json[]) => Value): Aggregate {
  const found = new Map<string, Json>();
  return {
    add: (source) => {
      const candidate = value?.(source);
      if (!isEmpty(candidate)) found.set(textOf(candidate), toJson(candidate));
    },
    result: () => result([...found.values()]),
  };
}

function list(value: Evaluator | undefined): Aggregate {
  const found: Json[] = [];
  return {
    add: (source) => {
      const candidate = value?.(source);
      if (!isEmpty(candidate)) found.push(toJson(candidate));
    },
    result: () => found,
  };
}
