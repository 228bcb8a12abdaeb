import { keyOf, toColumns } from '#features/connectors/index.ts';
import type { Row } from '#platform/tables.ts';
import { alertCreation } from '../events.ts';
import { type AlertRecord, alertRowKey, toAlert } from '../mapping/alert.ts';
import { assessmentRowKey, type FindingRecord, parseAssessmentId, toFinding } from '../mapping/assessment.ts';
import { type ScoreControlRecord, type ScoreRecord, toScore, toScoreControl } from '../mapping/score.ts';
import { MAIN_SCORE } from '../sync/scores.ts';
import { applyAssessment } from './assessment.ts';
import type { ExportedItem, ItemOf } from './message.ts';
import { type Place, rowsOf, timeless } from './place.ts';
import { applyRegulatory } from './regulatory.ts';
import { type Applied, put } from './rows.ts';

/** Brings an item to where a read would have brought it. Undefined: it is not about what we keep. */
export function applyItem(place: Place, item: ExportedItem): Promise<Applied | undefined> {
  switch (item.kind) {
    case 'assessment':
      return applyAssessment(place, item);
    case 'finding':
      return applyFinding(place, item);
    case 'alert':
      return applyAlert(place, item);
    case 'score':
      return applyScore(place, item);
    case 'scoreControl':
      return applyScoreControl(place, item);
    case 'regulatory':
      return applyRegulatory(place, item);
  }
}

async function applyFinding(place: Place, item: ItemOf<'finding'>): Promise<Applied | undefined> {
  const parent = parseAssessmentId(item.document.id);
  if (!parent?.finding) return undefined;
  const record = toFinding(item.document);
  return put<FindingRecord>(rowsOf(place, 'findings'), {
    rowKey: `${assessmentRowKey(parent)}|${keyOf(item.document.id)}`,
    sentAt: place.sentAt,
    toRecord: item.isDeleted ? undefined : () => record,
    timeOf: ({ generated }) => generated,
    itemTime: record.generated,
  });
}

async function applyAlert(place: Place, item: ItemOf<'alert'>): Promise<Applied> {
  const { store, subscriptionId, sentAt, clock } = place;
  const record = toAlert(item.document);
  const rows = rowsOf(place, 'alerts');
  const index = await rows.partition.get<{ at: string }>(`i|${keyOf(record.azureId)}`);
  const rowKey = index?.at ?? alertRowKey(record);
  return put<AlertRecord>(rows, {
    rowKey,
    sentAt,
    toRecord: () => record,
    timeOf: alertTime,
    itemTime: alertTime(record),
    onCreate: (alert) =>
      alertCreation(alert, { tenantId: store.tenantId, subscriptionId, rowKey, at: clock.now() }),
  });
}

/** The latest of what an alert says of its times; a change of its status changes none of them. */
function alertTime({ processedAt, endedAt, generatedAt }: AlertRecord): string | null {
  return (
    [processedAt, endedAt, generatedAt]
      .filter((time) => time !== null)
      .sort()
      .at(-1) ?? null
  );
}

async function applyScore(place: Place, item: ItemOf<'score'>): Promise<Applied> {
  const record = toScore(item.document);
  const rows = rowsOf(place, 'scores');
  const applied = await put<ScoreRecord>(
    rows,
    timeless(place, `s|${keyOf(record.name)}`, () => record),
  );
  const { name, current, max, percentage } = record;
  if (name === MAIN_SCORE && applied === 'written') {
    const row: Row = toColumns({ current, max, percentage });
    await rows.partition.write({ kind: 'upsert', rowKey: `h|${place.sentAt.slice(0, 10)}`, row });
  }
  return applied;
}

/** What an exported control does not say of its assessments stays known. */
function applyScoreControl(place: Place, item: ItemOf<'scoreControl'>): Promise<Applied> {
  const record = toScoreControl(item.document);
  return put<ScoreControlRecord>(
    rowsOf(place, 'scores'),
    timeless(place, `c|${keyOf(record.name)}`, (stored) =>
      record.assessments.length > 0 ? record : { ...record, assessments: stored?.assessments ?? [] },
    ),
  );
}
