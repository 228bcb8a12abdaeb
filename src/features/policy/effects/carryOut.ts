import { deepEqual } from '../json/equal.ts';
import type { Json } from '../json/json.ts';
import { pathText, type Segment } from '../paths/parse.ts';
import type { Run } from '../run.ts';
import type { CarriedOut, DescribedDetails } from './effect.ts';

/** What one operation made of the resource. */
export type Outcome = {
  readonly operation: string;
  readonly field: string;
  readonly segments: readonly Segment[];
  readonly value?: Json;
  readonly resource: Json;
  readonly skipped?: string;
};

/** Carries operations out one after the other, noting what became of each. @throws ExpressionFault */
export function carryOut<Operation>(
  operations: readonly Operation[],
  run: Run,
  apply: (resource: Json, operation: Operation, run: Run) => Outcome,
): Required<Pick<DescribedDetails, 'resource' | 'operations'>> {
  const done: CarriedOut[] = [];
  let { resource } = run;
  for (const operation of operations) {
    const outcome = apply(resource, operation, run);
    done.push(toCarriedOut(outcome, resource));
    resource = outcome.resource;
  }
  return { resource, operations: done };
}

function toCarriedOut({ segments, resource, skipped, ...about }: Outcome, before: Json): CarriedOut {
  const path = pathText(segments);
  if (skipped !== undefined) return { ...about, path, result: 'skipped', reason: skipped };
  return { ...about, path, result: deepEqual(before, resource) ? 'unchanged' : 'applied' };
}
