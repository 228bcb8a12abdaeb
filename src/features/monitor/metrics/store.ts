import { keyOf } from '#features/connectors/index.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import {
  MAX_TRANSACTION,
  type Row,
  type RowWrite,
  type Table,
  type TableDeclaration,
  type Tables,
} from '#platform/tables.ts';
import { combine, type Samples } from './sample.ts';

export const resourceMetricsTable: TableDeclaration = {
  name: 'resourceMetrics',
  description: 'Metrics of single resources by the hour, a row a resource and day.',
  keys: 'PartitionKey = tenant|subscription. RowKey = `DATE|HASH` of the resource: a day of all resources is one range, and what is too old the first. Columns `h00` … `h23`, each the samples of an hour as JSON.',
};

/** What was measured of a resource in one hour. */
export type HourOfResource = {
  readonly resourceId: string;
  /** Start, ISO 8601. */
  readonly hour: string;
  readonly samples: Samples;
};
/** What was measured of a resource on one day (UTC), from the hours that are there. */
export type DayOfResource = {
  readonly resourceId: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** How many hours were measured. */
  readonly hours: number;
  readonly metrics: Samples;
};

const HOURS = Array.from({ length: 24 }, (_, hour) => `h${String(hour).padStart(2, '0')}`);
const READS_AT_A_TIME = 16;
const TRANSACTIONS_AT_A_TIME = 4;

/** Metrics of one tenant's resources. */
export class ResourceMetricStore {
  readonly #tenantId: string;
  readonly #table: Table;

  constructor(tenantId: string, tables: Tables) {
    this.#tenantId = tenantId;
    this.#table = tables.open(resourceMetricsTable);
  }

  /** Adds hours, in the place of the same hours before. */
  async add(subscriptionId: string, hours: readonly HourOfResource[]): Promise<void> {
    const rows = new Map<string, Row>();
    for (const { resourceId, hour, samples } of hours) {
      const rowKey = rowKeyOf(hour.slice(0, 10), resourceId);
      const row = rows.get(rowKey) ?? { id: resourceId };
      rows.set(rowKey, { ...row, [`h${hour.slice(11, 13)}`]: JSON.stringify(samples) });
    }
    const writes = [...rows].map(([rowKey, row]): RowWrite => ({ kind: 'merge', rowKey, row }));
    const batches = Array.from({ length: Math.ceil(writes.length / MAX_TRANSACTION) }, (_, index) =>
      writes.slice(index * MAX_TRANSACTION, (index + 1) * MAX_TRANSACTION),
    );
    const partition = this.#partition(subscriptionId);
    await mapConcurrently(batches, TRANSACTIONS_AT_A_TIME, (batch) => partition.transaction(batch));
  }

  /** The hours of a resource on some days (`YYYY-MM-DD`), in their order; a look a day. */
  async hours(
    subscriptionId: string,
    resourceId: string,
    dates: readonly string[],
  ): Promise<Pick<HourOfResource, 'hour' | 'samples'>[]> {
    const partition = this.#partition(subscriptionId);
    const days = await mapConcurrently(dates, READS_AT_A_TIME, async (date) => {
      const row = await partition.get<Row>(rowKeyOf(date, resourceId));
      return row ? hoursIn(row, date) : [];
    });
    return days.flat();
  }

  /** One day of every resource of a subscription that was measured, a page at a time. */
  async *day(subscriptionId: string, date: string): AsyncGenerator<DayOfResource[]> {
    const range = { from: `${date}|`, to: `${date}|~` };
    for await (const rows of this.#partition(subscriptionId).pages<Row>(range))
      yield rows.map((row) => toDay(String(row.id), date, hoursIn(row, date)));
  }

  /** One hour (start, ISO 8601) of every resource of a subscription that was measured. */
  async *hour(subscriptionId: string, hour: string): AsyncGenerator<HourOfResource[]> {
    const [date, column] = [hour.slice(0, 10), `h${hour.slice(11, 13)}`];
    const range = { from: `${date}|`, to: `${date}|~`, select: ['id', column] };
    for await (const rows of this.#partition(subscriptionId).pages<Row>(range)) {
      yield rows.flatMap((row) => {
        const text = row[column];
        if (typeof text !== 'string') return [];
        return [{ resourceId: String(row.id), hour, samples: JSON.parse(text) as Samples }];
      });
    }
  }

  /** Removes days before a date (`YYYY-MM-DD`); returns how many rows. */
  async forget(subscriptionId: string, before: string): Promise<number> {
    const partition = this.#partition(subscriptionId);
    let removed = 0;
    for await (const rows of partition.pages({ to: before, select: [] })) {
      await partition.remove(rows.map(({ rowKey }) => rowKey));
      removed += rows.length;
    }
    return removed;
  }

  #partition(subscriptionId: string) {
    return this.#table.forTenant(this.#tenantId, subscriptionId);
  }
}

/** The hours of one day as that day. */
export function toDay(
  resourceId: string,
  date: string,
  hours: readonly Pick<HourOfResource, 'samples'>[],
): DayOfResource {
  return { resourceId, date, hours: hours.length, metrics: combine(hours.map(({ samples }) => samples)) };
}

function rowKeyOf(date: string, resourceId: string): string {
  return `${date}|${keyOf(resourceId)}`;
}

function hoursIn(row: Row, date: string): Pick<HourOfResource, 'hour' | 'samples'>[] {
  return HOURS.flatMap((column) => {
    const text = row[column];
    if (typeof text !== 'string') return [];
    return [{ hour: `${date}T${column.slice(1)}:00:00.000Z`, samples: JSON.parse(text) as Samples }];
  });
}
