import { Failure } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import type { Job } from './delivery/queue.ts';
import type { Kept } from './deliveryStore.ts';
import type { Room } from './room.ts';

/** Deliveries that one sweep queues for a tenant; what is left goes with the next. */
const MAX_SWEPT = 10_000;
/** Younger marks and alerts belong to a process that is about to see to them. */
const SWEEP_AGE_MS = 60_000;

/**
 * Sends deliveries once more, each with a new run of retries. They are marked for the sweep before they are queued,
 * so that a process that dies in between leaves none behind.
 * @throws Failure `unavailable` when the queue is full; then they are as they were
 */
export async function requeue(room: Room, tenantId: string, kept: readonly Kept[]): Promise<void> {
  const { deliveries, endpoints } = room.storesOf(tenantId);
  const now = room.clock.now();
  const jobs = kept.map((one) => toJob(tenantId, one));
  const marks = await endpoints.setWaiting(jobs, new Date(now.getTime() + SWEEP_AGE_MS));
  const record = (
    { delivery, key, row, packed }: Kept,
    change: Pick<Kept['row'], 'status' | 'reason' | 'nextAttemptAt'>,
  ) =>
    deliveries.record(delivery.webhook_id, key, {
      change: { ...(packed && row), ...change, updatedAt: now.toISOString() },
      ...(packed?.attempt && { attempt: packed.attempt }),
    });
  await Promise.all(kept.map((one) => record(one, { status: 'pending', reason: '', nextAttemptAt: '' })));
  try {
    await room.queueAgain([{ jobs }]);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    await endpoints.setQueued(marks);
    await Promise.all(
      kept.map((one) => {
        const { status, reason = '', nextAttemptAt = '' } = one.row;
        return record(one, { status, reason, nextAttemptAt });
      }),
    );
    throw error;
  }
  await endpoints.setQueued(marks);
}

/** Queues what waits for room or was left behind, and publishes alerts that a process left behind. */
export async function sweep(room: Room, tenantId: string): Promise<void> {
  const { endpoints, deliveries } = room.storesOf(tenantId);
  const now = room.clock.now();
  const before = new Date(now.getTime() - SWEEP_AGE_MS);
  const alerts = (await endpoints.sweepAlerts(before)) + (await deliveries.sweepAlerts(before));
  if (alerts > 0) log.warning('published alerts that a process left behind', { tenantId, alerts });
  let swept = 0;
  for await (const { rowKeys, jobs } of endpoints.waiting(now)) {
    try {
      await room.queueAgain([{ jobs: jobs.map((job) => ({ ...job, check: true })) }]);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      break;
    }
    await endpoints.setQueued(rowKeys);
    swept += jobs.length;
    if (swept >= MAX_SWEPT) break;
  }
  if (swept > 0) log.information('queued deliveries that had waited for room', { tenantId, swept });
}

function toJob(tenantId: string, { delivery, key, row }: Kept): Job {
  const attempt = delivery.attempts + 1;
  return {
    tenant_id: tenantId,
    webhook_id: delivery.webhook_id,
    key,
    attempt,
    first: attempt,
    noted: true,
    sent: {
      key: row.event,
      id: row.eventId,
      type: row.eventType,
      at: row.createdAt,
      ...(row.thin && { thin: true }),
      ...(row.quiet && { quiet: true }),
    },
  };
}
