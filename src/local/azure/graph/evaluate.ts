import { findComparison } from './comparisons.ts';
import { unresolved } from './failure.ts';
import { scalarFunctions } from './functions.ts';
import type { Column, QueryContext, Source } from './relation.ts';
import type { Expression } from './syntax.ts';
import { toDate, type Value } from './value.ts';

export type Evaluator = (source: Source) => Value;

/** Compiles an expression over a relation's columns. Throws `QueryFailure` for a name that is not known. */
export function compile(
  expression: Expression,
  columns: readonly Column[],
  context: QueryContext,
): Evaluator {
  const inner = (part: Expression): Evaluator => compile(part, columns, context);
  switch (expression.kind) {
    case 'constant':
      return () => expression.value;
    case 'column':
      return findColumn(columns, expression.name).read;
    case 'member':
      return member(inner(expression.of), expression.key);
    case 'call':
      return call(expression.name, expression.arguments.map(inner), context);
    case 'compare':
      return comparison(expression.operator, inner(expression.left), expression.right.map(inner));
    case 'and': {
      const [left, right] = [inner(expression.left), inner(expression.right)];
      return (source) => left(source) === true && right(source) === true;
    }
    case 'or': {
      const [left, right] = [inner(expression.left), inner(expression.right)];
      return (source) => left(source) === true || right(source) === true;
    }
    case 'add':
      return sum(inner(expression.left), inner(expression.right), 1);
    case 'subtract':
      return sum(inner(expression.left), inner(expression.right), -1);
  }
}

export function findColumn(columns: readonly Column[], name: string): Column {
  const column = columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw unresolved('column or scalar expression', name);
  return column;
}

function member(of: Evaluator, key: string | number): Evaluator {
  return (source) => {
    const value = of(source);
    if (value === null || typeof value !== 'object' || value instanceof Date) return null;
    return (value as Readonly<Record<string, Value>>)[key] ?? null;
  };
}

function call(name: string, values: readonly Evaluator[], context: QueryContext): Evaluator {
  const known = scalarFunctions[name];
  if (known === undefined) throw unresolved('function', name);
  return (source) =>
    known(
      values.map((value) => value(source)),
      context,
    );
}

function comparison(operator: string, left: Evaluator, right: readonly Evaluator[]): Evaluator {
  const test = findComparison(operator);
  if (test === undefined) throw unresolved('operator', operator);
  return (source) =>
    test(
      left(source),
      right.map((value) => value(source)),
    );
}

function sum(left: Evaluator, right: Evaluator, sign: 1 | -1): Evaluator {
  return (source) => {
    const a = left(source);
    const b = right(source);
    if (a instanceof Date && typeof b === 'number') return new Date(a.getTime() + sign * b);
    if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
    const date = typeof a === 'string' && typeof b === 'number' ? toDate(a) : null;
    if (date !== null && typeof b === 'number') return new Date(date.getTime() + sign * b);
    return typeof a === 'number' && typeof b === 'number' ? a + sign * b : null;
  };
}
