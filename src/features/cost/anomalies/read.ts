import { fromColumns, listRows } from '#features/connectors/index.ts';
import { Failure } from '#platform/failure.ts';
import { type Row, type StoredRow, WriteConflict } from '#platform/tables.ts';
import { addDays } from '../days.ts';
import type { CostStore } from '../store.ts';
import {
  ANOMALIES,
  type AnomalyRecord,
  anomalyId,
  dayPrefix,
  parseAnomalyId,
  type Remark,
} from './record.ts';
import type { AnomaliesQuery, AnomalyUpdate, CostAnomaly } from './schema.ts';

type StoredAnomaly = StoredRow<Row & Remark>;
const ATTEMPTS = 5;

/** A page of anomalies of these subscriptions, the newest first. */
export function listAnomalies(
  query: AnomaliesQuery,
  subscriptions: readonly string[],
  store: CostStore,
): Promise<{ items: CostAnomaly[]; nextCursor: string | null }> {
  const { from, to, limit, cursor } = query;
  const sources = subscriptions.map((name) => ({ name, partition: store.partition(name, 'anomalies') }));
  return listRows(sources, {
    range: {
      from: to === undefined ? ANOMALIES : dayPrefix(to),
      to: from === undefined ? `${ANOMALIES}~` : dayPrefix(addDays(from, -1)),
    },
    limit,
    cursor,
    accept: (row, { name }) => {
      const anomaly = toAnswer(row, name);
      return isWanted(anomaly, query) ? anomaly : undefined;
    },
  });
}

function isWanted(anomaly: CostAnomaly, { status, series, direction }: AnomaliesQuery): boolean {
  return (
    (!status || status.includes(anomaly.status)) &&
    (!series || series.includes(anomaly.series)) &&
    (direction === undefined || direction === anomaly.direction)
  );
}

/** The subscription and row of an id. @throws Failure `notFound` */
export function locateAnomaly(id: string): { subscriptionId: string; rowKey: string } {
  const place = parseAnomalyId(id);
  if (!place) throw noSuchAnomaly(id);
  return place;
}

/** Keeps what somebody says of an anomaly; what it is stays as it was found. @throws Failure `notFound` */
export async function updateAnomaly(
  id: string,
  { update, by, at }: { update: AnomalyUpdate; by: string; at: Date },
  store: CostStore,
): Promise<{ before: CostAnomaly; after: CostAnomaly }> {
  const { subscriptionId, rowKey } = locateAnomaly(id);
  const partition = store.partition(subscriptionId, 'anomalies');
  for (let attempt = 1; ; attempt += 1) {
    const row = await partition.get<Row & Remark>(rowKey);
    if (row?.hash === undefined) throw noSuchAnomaly(id);
    const { status, comment = row.comment } = update;
    const remark: Remark = { status, by, at: at.toISOString(), ...(comment !== undefined && { comment }) };
    const { rowKey: _key, etag, ...columns } = row;
    const kept = Object.fromEntries(Object.entries(columns).filter(([name]) => COLUMN.test(name)));
    try {
      await partition.write({ kind: 'replace', rowKey, etag, row: { ...kept, ...remark } });
      return {
        before: toAnswer(row, subscriptionId),
        after: toAnswer({ ...row, ...remark }, subscriptionId),
      };
    } catch (error) {
      if (!(error instanceof WriteConflict) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Columns of the record: what storage says of the row is not written back. */
const COLUMN = /^(body\d+|pieces|hash)$/;

function toAnswer(row: StoredAnomaly, subscriptionId: string): CostAnomaly {
  const { foundAt, contributors, ...record } = fromColumns<AnomalyRecord>(row);
  const { status = 'open', comment = null, by = null, at = null } = row;
  return {
    ...record,
    id: anomalyId(subscriptionId, row.rowKey),
    subscription_id: subscriptionId,
    found_at: foundAt,
    contributors: contributors.map(({ resourceId, ...rest }) => ({ resource_id: resourceId, ...rest })),
    status,
    comment,
    updated_by: by,
    updated_at: at,
  };
}

function noSuchAnomaly(id: string): Failure {
  return new Failure('notFound', `there is no anomaly ${id}`, {
    next: 'GET /api/v1/costs/anomalies lists them',
  });
}
