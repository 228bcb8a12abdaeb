import { fromColumns, keyOf } from '#features/connectors/index.ts';
import type { Row } from '#platform/tables.ts';
import type { AssessmentRecord } from '../mapping/assessment.ts';
import type { Definition } from '../mapping/definition.ts';
import type { SecurityStore } from '../store.ts';

export type OpenAssessment = {
  readonly record: AssessmentRecord;
  readonly definition: Definition | undefined;
};

/** The unhealthy assessments of resources, one query a resource. */
export async function openAssessments(
  store: SecurityStore,
  subscriptionId: string,
  resourceIds: readonly string[],
): Promise<OpenAssessment[]> {
  const definitions = await store.definitions(subscriptionId);
  const partition = store.partition(subscriptionId, 'assessments');
  const found = await Promise.all(
    resourceIds.map((resourceId) =>
      partition.list<Row>({ from: keyOf(resourceId), to: `${keyOf(resourceId)}~` }),
    ),
  );
  return found
    .flat()
    .map((row) => fromColumns<AssessmentRecord>(row))
    .filter(({ status }) => status === 'Unhealthy')
    .map((record) => ({ record, definition: definitions.get(record.key.toLowerCase()) }));
}
