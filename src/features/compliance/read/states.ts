import type { Severity } from '#features/governance/index.ts';
import type { State } from '../evaluation/outcomes.ts';
import { fromOutcomesRow, ranges } from '../rows/rows.ts';
import type { Room } from '../work/room.ts';

/** What a resource is judged to be by one assigned policy. */
export type PairState = {
  readonly resourceId: string;
  readonly assignmentId: string;
  readonly definitionId: string;
  readonly referenceId: string | null;
  readonly state: State;
  readonly policyId: string;
  readonly policyName: string;
  readonly severity: Severity;
};

/** Every judgement of a segment as it is kept, a storage page at a time. */
export async function* streamStates(segment: string, room: Room): AsyncGenerator<PairState[]> {
  await room.store.registry.reload();
  for await (const page of room.store.rows(segment).partition.pages(ranges.resources())) {
    yield page.map(fromOutcomesRow).flatMap(({ id, outcomes }) =>
      [...outcomes].flatMap(([code, { state }]) => {
        const info = room.store.registry.get(code);
        if (!info) return [];
        const { assignmentId, definitionId, referenceId = null, policyId, policyName, severity } = info;
        return [
          { resourceId: id, assignmentId, definitionId, referenceId, state, policyId, policyName, severity },
        ];
      }),
    );
  }
}
