import type { Segment } from '../paths/parse.ts';
import type { ProblemList } from '../problems.ts';
import type { PolicySemantics } from '../semantics.ts';
import type { FieldContext } from './reference.ts';

/** An enclosing count, as the conditions within its `where` see it. */
export interface Frame {
  /** Place of the current member in the run's frames. */
  readonly index: number;
  /** What `current()` calls it: the alias, or the name of a value count. Lower-case. */
  readonly name: string;
  /** Path up to and including the star whose member the frame holds; null for value counts. */
  readonly segments: readonly Segment[] | null;
}

/** What fields are compiled against. */
export interface FieldEnvironment {
  readonly problems: ProblemList;
  readonly semantics: PolicySemantics;
  readonly fields: FieldContext;
  /** How `field()` resolves names: it always speaks of the evaluated resource. */
  readonly resourceFields: FieldContext;
  /** Enclosing counts, outermost first. */
  readonly frames: readonly Frame[];
  /** Whether the conditions are about related resources rather than the evaluated one. */
  readonly related: boolean;
}
