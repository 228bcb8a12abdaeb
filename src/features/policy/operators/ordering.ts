import { type Json, type Selected, typeName } from '../json/json.ts';
import { fail, type Run } from '../run.ts';
import type { PolicySemantics } from '../semantics.ts';
import { compareIgnoringCase } from '../text/collate.ts';
import { compareMoments, isDateTime, parseMoment } from '../text/dates.ts';
import type { Operator, Predicate } from './operator.ts';

/**
 * The four ordering operators: numbers with numbers, dates and texts with each other. Values of different types are
 * an error (azure-policy-linter ordering-operator-on-incompatible-field-type), or converted where the semantics say so.
 */
export const orderingOperators: readonly Operator[] = [
  ordering('less', 'is less than', (order) => order < 0),
  ordering('lessOrEquals', 'is at most', (order) => order <= 0),
  ordering('greater', 'is greater than', (order) => order > 0),
  ordering('greaterOrEquals', 'is at least', (order) => order >= 0),
];

function ordering(name: string, phrase: string, holds: (order: number) => boolean): Operator {
  return {
    name,
    phrase,
    negatedPhrase: `not: ${phrase}`,
    mayFail: true,
    prepare(right, semantics) {
      if (semantics.orderingMismatch === 'coerce') return coercing(right, holds);
      if (typeof right !== 'number' && typeof right !== 'string')
        return 'expected a number, a date or a text';
      return strict(right, { name, holds, semantics });
    },
  };
}

interface Strictness {
  readonly name: string;
  readonly holds: (order: number) => boolean;
  readonly semantics: PolicySemantics;
}

function strict(right: number | string, { name, holds }: Strictness): Predicate {
  const compare = typeof right === 'number' ? (left: Selected) => orderNumber(left, right) : textOrder(right);
  const wanted = typeof right === 'number' ? 'number' : 'text';
  return (left: Selected, run: Run) => {
    const order = compare(left);
    if (order !== null) return holds(order);
    return fail(run, {
      kind: 'error',
      subject: '',
      reason: `${name} cannot order ${typeName(left)} against a ${wanted}`,
    });
  };
}

function orderNumber(left: Selected, right: number): number | null {
  return typeof left === 'number' ? left - right : null;
}

function textOrder(right: string): (left: Selected) => number | null {
  const date = isDateTime(right) ? parseMoment(right) : null;
  return (left) => {
    if (typeof left !== 'string') return null;
    const moment = date !== null && isDateTime(left) ? parseMoment(left) : null;
    return date !== null && moment !== null ? compareMoments(moment, date) : compareIgnoringCase(left, right);
  };
}

function coercing(right: Json, holds: (order: number) => boolean): Predicate {
  return (left) => {
    const order = coercedOrder(left, right);
    return order !== null && holds(order);
  };
}

function coercedOrder(left: Selected, right: Json): number | null {
  if (typeof left === 'string' && typeof right === 'string') return textOrder(right)(left);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  const order = asNumber(left) - asNumber(right);
  return Number.isNaN(order) ? null : order;
}

function asNumber(value: Selected): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}
