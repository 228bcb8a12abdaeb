import type { Template } from '../expressions/ast.ts';
import type { Operator } from '../operators/operator.ts';

/** A parsed condition; every node knows its JSON path. */
export type Condition =
  | { readonly kind: 'allOf' | 'anyOf'; readonly path: string; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly path: string; readonly of: Condition }
  | LeafCondition;

/** A left side, an operator and a right side. */
export interface LeafCondition {
  readonly kind: 'leaf';
  readonly path: string;
  readonly left: LeftSide;
  readonly operator: Operator;
  readonly right: Template;
  /** JSON path of the right side. */
  readonly rightPath: string;
}

/** What a condition is about. */
export type LeftSide =
  | { readonly kind: 'field'; readonly name: Template; readonly path: string }
  | { readonly kind: 'value'; readonly value: Template; readonly path: string; readonly text: string }
  | FieldCount
  | ValueCount;

export interface FieldCount {
  readonly kind: 'fieldCount';
  readonly field: string;
  readonly path: string;
  readonly where: Condition | null;
}

export interface ValueCount {
  readonly kind: 'valueCount';
  readonly value: Template;
  /** `default` where the definition gives no name. */
  readonly name: string;
  readonly path: string;
  readonly where: Condition | null;
}
