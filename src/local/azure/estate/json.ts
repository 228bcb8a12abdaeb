import type { Json } from './model.ts';

/** The text of a scalar; empty for an object, a list, and what is not there. */
export function scalarText(value: Json): string {
  return value === null || value === undefined || typeof value === 'object' ? '' : String(value);
}
