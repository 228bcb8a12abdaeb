import type { ExpressionEnvironment } from '../expressions/compiled.ts';

/** What conditions are compiled against. */
export interface ConditionEnvironment extends ExpressionEnvironment {
  readonly totals: ExpressionEnvironment['totals'] & {
    frames: number;
    valueCounts: number;
    readonly fieldCounts: Map<string, number>;
  };
}
