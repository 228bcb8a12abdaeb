import type { Json } from '../json/json.ts';

/** A parsed template expression. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'access'; readonly target: Expression; readonly key: Expression };

/** A JSON value of a definition in which strings may be expressions. */
export type Template =
  | { readonly kind: 'constant'; readonly value: Json }
  | {
      readonly kind: 'expression';
      readonly expression: Expression;
      readonly text: string;
      readonly path: string;
    }
  | { readonly kind: 'array'; readonly items: readonly Template[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Template])[] };
