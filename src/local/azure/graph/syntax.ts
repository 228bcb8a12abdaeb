import type { Place } from './failure.ts';
import type { Value } from './value.ts';

/** An expression as parsed. */
export type Expression =
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Expression; readonly key: string | number }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly place: Place;
      readonly arguments: readonly Expression[];
    }
  | {
      readonly kind: 'compare';
      readonly operator: string;
      readonly left: Expression;
      readonly right: readonly Expression[];
    }
  | {
      readonly kind: 'and' | 'or' | 'add' | 'subtract';
      readonly left: Expression;
      readonly right: Expression;
    };

/** The name that a column gets from an unnamed expression: the last word of its path. */
export function nameOf(expression: Expression, index: number): string {
  if (expression.kind === 'column') return expression.name;
  if (expression.kind === 'member') {
    const { of, key } = expression;
    return of.kind === 'column' || of.kind === 'member' ? `${nameOf(of, index)}_${key}` : String(key);
  }
  if (expression.kind === 'call') return `${expression.name}_`;
  return `Column${index + 1}`;
}
