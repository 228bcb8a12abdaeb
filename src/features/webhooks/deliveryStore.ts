import { type CloudEvent, outboxWrites, publishOutbox, sweepOutbox } from '#features/events/index.ts';
import type { Queues } from '#platform/queues.ts';
import { MAX_TRANSACTION, type Partition, type Tables } from '#platform/tables.ts';
import type { Job } from './delivery/queue.ts';
import { Recorder } from './recorder.ts';
import {
  attemptsOf,
  bucketOf,
  buckets,
  type DeliveryRow,
  deliveriesTable,
  keyOf,
  LISTED,
  parseDeliveryId,
  ranges,
  rowKeys,
  toAttemptColumn,
  toDelivery,
  toRow,
} from './rows.ts';
import type { Attempt, DeliveriesQuery, Delivery, DeliveryStatus } from './schema.ts';

/** A delivery as it is kept, with its place. */
export type Kept = { readonly delivery: Delivery; readonly key: string; readonly row: DeliveryRow };
type Line = { readonly job: string };

/** What is kept of the deliveries of one tenant. */
export class DeliveryStore {
  readonly #tenantId: string;
  readonly #queues: Queues;
  readonly #partitions: readonly { readonly rows: Partition; readonly recorder: Recorder }[];

  constructor(tenantId: string, ports: { tables: Tables; queues: Queues }) {
    this.#tenantId = tenantId;
    this.#queues = ports.queues;
    const table = ports.tables.open(deliveriesTable);
    this.#partitions = buckets.map((bucket) => {
      const rows = table.forTenant(tenantId, String(bucket));
      return { rows, recorder: new Recorder(rows) };
    });
  }

  async find(endpointId: string, key: string): Promise<DeliveryRow | undefined> {
    return this.#of(endpointId).rows.get<DeliveryRow>(rowKeys.delivery(endpointId, key));
  }

  /** A delivery with every attempt, oldest first. */
  async details(id: string): Promise<(Kept & { log: Attempt[] }) | undefined> {
    const place = parseDeliveryId(id);
    if (!place) return undefined;
    const { endpointId, key } = place;
    const row = await this.#of(endpointId).rows.get<DeliveryRow>(rowKeys.delivery(endpointId, key));
    return row && { delivery: toDelivery(endpointId, row), key, row, log: attemptsOf(row) };
  }

  /** Deliveries of an endpoint, newest event first; `next` is the key to go on after. */
  async list(
    endpointId: string,
    query: Pick<DeliveriesQuery, 'event_type' | 'since' | 'until' | 'limit'> & {
      statuses?: readonly DeliveryStatus[];
      after?: string | undefined;
    },
  ): Promise<{ data: Kept[]; next: string | undefined }> {
    const { since, until, after, statuses, event_type: type, limit } = query;
    const times = { ...(since && { since }), ...(until && { until }), ...(after && { after }) };
    const range = ranges.deliveries(endpointId, times);
    const data: Kept[] = [];
    for await (const page of this.#of(endpointId).rows.pages<DeliveryRow>({ ...range, select: LISTED })) {
      for (const row of page) {
        if (statuses && !statuses.includes(row.status)) continue;
        if (type && row.eventType !== type) continue;
        if (data.length === limit) return { data, next: data.at(-1)?.key };
        data.push({ delivery: toDelivery(endpointId, row), key: keyOf(row), row });
      }
    }
    return { data, next: undefined };
  }

  /**
   * Writes what became of a delivery, with its attempt and the alerts that follow from it; what is recorded at about
   * the same time goes into the same transaction. Alerts are published then.
   */
  async record(
    endpointId: string,
    key: string,
    what: { change: Partial<DeliveryRow>; attempt?: Attempt; alerts?: readonly CloudEvent[] },
  ): Promise<void> {
    const { rows, recorder } = this.#of(endpointId);
    const row = { ...what.change, ...(what.attempt && toAttemptColumn(what.attempt)) };
    const outbox = what.alerts ? outboxWrites(what.alerts) : [];
    await recorder.write([{ kind: 'merge', rowKey: rowKeys.delivery(endpointId, key), row }, ...outbox]);
    if (outbox.length > 0) await publishOutbox(rows, outbox, this.#ports());
  }

  /** Gives a delivery that is put off, or waits its turn, a row before its first attempt, so that it is seen. */
  async note(job: Job, now: Date): Promise<void> {
    if (job.noted) return;
    const state = { status: 'pending', attempts: job.attempt - 1, updatedAt: now.toISOString() } as const;
    await this.record(job.webhook_id, job.key, { change: { ...toRow(job), ...state } });
  }

  /** Puts ordered jobs in the lines of their resources; repeating it does no harm. */
  async joinLine(jobs: readonly (Job & { resource: string })[]): Promise<void> {
    await Promise.all(
      jobs.map((job) => {
        const rowKey = rowKeys.line(job.webhook_id, job.resource, job.key);
        const { body: _, ...sent } = job.sent;
        const row = { job: JSON.stringify({ ...job, sent }) };
        return this.#of(job.webhook_id).recorder.write([{ kind: 'upsert', rowKey, row }]);
      }),
    );
  }

  /** The first in a resource's line. */
  async firstInLine(endpointId: string, resource: string): Promise<Job | undefined> {
    for await (const [row] of this.#of(endpointId).rows.pages<Line>(ranges.line(endpointId, resource)))
      return row && (JSON.parse(row.job) as Job);
    return undefined;
  }

  async leaveLine(endpointId: string, resource: string, key: string): Promise<void> {
    await this.#of(endpointId).rows.remove([rowKeys.line(endpointId, resource, key)]);
  }

  /** Publishes alerts older than a moment that a process left behind. Returns how many. */
  async sweepAlerts(before: Date): Promise<number> {
    const swept = await Promise.all(
      this.#partitions.map(({ rows }) => sweepOutbox(rows, before, this.#ports())),
    );
    return swept.reduce((sum, count) => sum + count, 0);
  }

  /** Removes deliveries of events before a time. */
  async forget(endpointId: string, before: Date): Promise<void> {
    const { rows } = this.#of(endpointId);
    for await (const page of rows.pages({ ...ranges.oldDeliveries(endpointId, before), select: [] })) {
      for (let at = 0; at < page.length; at += MAX_TRANSACTION)
        await rows.remove(page.slice(at, at + MAX_TRANSACTION).map(({ rowKey }) => rowKey));
    }
  }

  #ports() {
    return { queues: this.#queues, tenantId: this.#tenantId };
  }

  #of(endpointId: string) {
    const found = this.#partitions[bucketOf(endpointId)];
    if (!found) throw new RangeError(`no partition for ${endpointId}`);
    return found;
  }
}
