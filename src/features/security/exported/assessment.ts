import { fromColumns, keyOf, toColumns } from '#features/connectors/index.ts';
import { type Row, WriteConflict } from '#platform/tables.ts';
import { Metadata } from '../azure.ts';
import { type AssessmentRecord, assessmentRowKey, toAssessment } from '../mapping/assessment.ts';
import { type Definition, toDefinition } from '../mapping/definition.ts';
import { frameworksOf } from '../mapping/frameworks.ts';
import {
  fromAssessment,
  type RecommendationRecord,
  recommendationRowKey,
} from '../mapping/recommendation.ts';
import { toSeverity } from '../mapping/words.ts';
import type { ItemOf } from './message.ts';
import { type Place, rowsOf } from './place.ts';
import { type Applied, put } from './rows.ts';

type Named = { readonly name: string | undefined; readonly severity: Definition['severity'] };

/** An assessment, and the recommendation that it is or no longer is. */
export async function applyAssessment(
  place: Place,
  { document, isDeleted }: ItemOf<'assessment'>,
): Promise<Applied | undefined> {
  const record = toAssessment(document);
  if (!record) return undefined;
  const definition = await definitionOf(place, record, document.properties.metadata);
  return put<AssessmentRecord>(rowsOf(place, 'assessments'), {
    rowKey: assessmentRowKey(record),
    sentAt: place.sentAt,
    toRecord: isDeleted ? undefined : () => record,
    timeOf: ({ changed }) => changed,
    itemTime: record.changed,
    follow: (before, after) => recommend(place, definition, { before, after }),
  });
}

/** As the last read has it, or as the message brings it along; what is new is kept until a read tells more. */
async function definitionOf(place: Place, record: AssessmentRecord, given: unknown): Promise<Named> {
  const { store, subscriptionId } = place;
  const known = (await store.definitions(subscriptionId)).get(record.key.toLowerCase());
  if (known) return known;
  const metadata = Metadata.parse(given);
  if (metadata.displayName !== undefined) {
    const definition = toDefinition(record.key, metadata, {
      frameworks: await frameworksFor(place, record.key),
      control: null,
      counts: { healthy: 0, unhealthy: 0, notApplicable: 0 },
    });
    await insertDefinition(place, definition);
  }
  return { name: metadata.displayName, severity: toSeverity(metadata.severity) };
}

async function frameworksFor(
  { store, subscriptionId }: Place,
  key: string,
): Promise<Definition['frameworks']> {
  const controls = (await store.regulatory(subscriptionId)).filter((one) => one.kind === 'control');
  return frameworksOf(controls).get(key.toLowerCase()) ?? {};
}

/** Another message may have brought it meanwhile. */
async function insertDefinition({ store, subscriptionId }: Place, definition: Definition): Promise<void> {
  const row = toColumns(definition);
  try {
    const partition = store.partition(subscriptionId, 'definitions');
    await partition.write({ kind: 'insert', rowKey: keyOf(definition.key), row });
    store.forgetDefinitions(subscriptionId);
  } catch (error) {
    if (!(error instanceof WriteConflict)) throw error;
  }
}

async function recommend(
  place: Place,
  definition: Named,
  { before, after }: { before: AssessmentRecord | undefined; after: AssessmentRecord | undefined },
): Promise<void> {
  const partition = place.store.partition(place.subscriptionId, 'recommendations');
  const toOpen = (record: AssessmentRecord | undefined) =>
    record?.status === 'Unhealthy' ? fromAssessment(record, definition, undefined) : undefined;
  const [old, fresh] = [toOpen(before), toOpen(after)];
  const oldKey = old && recommendationRowKey(old);
  const freshKey = fresh && recommendationRowKey(fresh);
  const row = oldKey === undefined ? undefined : await partition.get<Row>(oldKey);
  if (fresh && freshKey) {
    const createdAt = row && fromColumns<RecommendationRecord>(row).createdAt;
    const columns = toColumns({ ...fresh, ...(createdAt && { createdAt }) });
    if (row?.hash !== columns.hash || oldKey !== freshKey)
      await partition.write({ kind: 'upsert', rowKey: freshKey, row: { ...columns, asOf: place.sentAt } });
  }
  if (row && oldKey && oldKey !== freshKey) await partition.remove([oldKey]);
}
