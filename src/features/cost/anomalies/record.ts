import { hash } from 'node:crypto';
import type { Day } from '../days.ts';
import type { Grouping } from '../monthCosts.ts';
import type { Anomaly } from './detect.ts';

/** What series there are: a subscription as a whole, its resource groups, and its resource types. */
export const SERIES = [
  'subscription',
  'resourceGroup',
  'resourceType',
] as const satisfies readonly Grouping[];
export type SeriesKind = (typeof SERIES)[number];

/** A resource that cost more, or less, than before. */
export type Contributor = {
  readonly resourceId: string;
  /** On the days of the anomaly together. */
  readonly cost: number;
  /** Median of its days in the two weeks before, times the days of the anomaly. */
  readonly usual: number;
};

/** An anomaly of one series: a row. */
export type AnomalyRecord = Anomaly & {
  readonly series: SeriesKind;
  readonly group: string;
  readonly currency: string;
  /** When it was found first, ISO 8601. */
  readonly foundAt: string;
  readonly contributors: readonly Contributor[];
};

export const STATUSES = ['open', 'acknowledged', 'explained'] as const;
export type Status = (typeof STATUSES)[number];
/** What people have said of it: columns beside the record. */
export type Remark = {
  readonly status?: Status;
  readonly comment?: string;
  readonly by?: string;
  readonly at?: string;
};

export const ANOMALIES = 'a|';
const LAST_DAY = Date.UTC(2100, 0, 1) / 86_400_000;

/** Sorts the newest first; follows from the series and the first day, so that what is found again is the same row. */
export function anomalyRowKey(of: Pick<AnomalyRecord, 'series' | 'group' | 'currency' | 'day'>): string {
  const { series, group, currency, day } = of;
  const name = hash('sha256', [series, group.toLowerCase(), currency, day].join('|')).slice(0, 24);
  return `${dayPrefix(day)}${name}`;
}

/** First characters of the rows of a day. */
export function dayPrefix(day: Day): string {
  const left = LAST_DAY - Date.parse(`${day}T00:00:00Z`) / 86_400_000;
  return `${ANOMALIES}${String(left).padStart(5, '0')}`;
}

const ID = /^ano_([\da-f]{32})_(\d{5}[\da-f]{24})$/;

/** An id that says where the row stands. */
export function anomalyId(subscriptionId: string, rowKey: string): string {
  return `ano_${subscriptionId.replaceAll('-', '')}_${rowKey.slice(ANOMALIES.length)}`;
}

/** The place of an id; undefined where it is none of ours. */
export function parseAnomalyId(id: string): { subscriptionId: string; rowKey: string } | undefined {
  const [, hex, rest] = ID.exec(id) ?? [];
  if (!hex || !rest) return undefined;
  const subscriptionId = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ];
  return { subscriptionId: subscriptionId.join('-'), rowKey: `${ANOMALIES}${rest}` };
}
