import type { Test } from '../fields/access.ts';
import type { CompiledField } from '../fields/compile.ts';
import type { Frame } from '../fields/environment.ts';
import type { Selected } from '../json/json.ts';
import type { Operator } from '../operators/operator.ts';
import type { Segment } from '../paths/parse.ts';
import type { Run } from '../run.ts';
import type { LeafCondition } from './ast.ts';

/** A compiled condition: a test for the hot path, and the tree for those who ask why. */
export type CompiledCondition =
  | {
      readonly kind: 'allOf' | 'anyOf';
      readonly path: string;
      readonly of: readonly CompiledCondition[];
      readonly test: Test;
    }
  | { readonly kind: 'not'; readonly path: string; readonly of: CompiledCondition; readonly test: Test }
  | CompiledLeaf;

export interface CompiledLeaf {
  readonly kind: 'leaf';
  readonly path: string;
  readonly source: LeafCondition;
  readonly operator: Operator;
  readonly test: Test;
  /** The field, where the leaf is about one. */
  readonly field: CompiledField | null;
  /** What the leaf is about, in words. */
  readonly label: (run: Run) => string;
  /** Where its subject stands in the ARM document; null for expressions and counts of values. */
  readonly property: string | null;
  /** Whether `actual` holds the values of a collection. */
  readonly collection: boolean;
  /** The left and right values. @throws ExpressionFault */
  readonly actual: (run: Run) => Selected;
  readonly expected: (run: Run) => Selected;
  /** A count's `where`, compiled, and how to visit the members it is asked of. */
  readonly count: CompiledCount | null;
}

/** A compiled count. */
export interface CompiledCount {
  readonly where: CompiledCondition | null;
  readonly count: (run: Run) => number;
  /** What is counted, for those who ask why. */
  readonly over:
    | { readonly kind: 'members'; readonly segments: readonly Segment[]; readonly frames: readonly Frame[] }
    | { readonly kind: 'values'; readonly frame: Frame; readonly values: (run: Run) => Selected };
}
