import type { Json } from '../estate/model.ts';

/** A value of a query: JSON, or a moment. Time spans are milliseconds. */
export type Value = Json | Date;

export function textOf(value: Value): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function isEmpty(value: Value): boolean {
  return value === null || value === undefined || value === '';
}

export function toDate(value: Value): Date | null {
  if (value instanceof Date) return value;
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** Orders two values of any kind: empty ones first, then numbers, moments and texts by their own order. */
export function compare(left: Value, right: Value): number {
  if (isEmpty(left) || isEmpty(right))
    return Number(isEmpty(right) === false) * -1 + Number(isEmpty(left) === false);
  if (left instanceof Date || right instanceof Date) {
    return (toDate(left)?.getTime() ?? Number.NaN) - (toDate(right)?.getTime() ?? Number.NaN);
  }
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const a = textOf(left);
  const b = textOf(right);
  return a < b ? -1 : a > b ? 1 : 0;
}

export function toJson(value: Value): Json {
  return value instanceof Date ? value.toISOString() : value;
}
