import { type Connector, RowSync, type SyncRun } from '#features/connectors/index.ts';
import { sweepOutbox } from '#features/events/index.ts';
import { log } from '#platform/log.ts';
import type { Queues } from '#platform/queues.ts';
import type { ResourceHealth } from '#platform/resourceHealth.ts';
import { AvailabilityStatus, ServiceEvent } from './azure.ts';
import { toServiceIssue } from './events.ts';
import { type ServiceEventRecord, toHealth, toServiceEvent } from './record.ts';
import { eventRowKey, type HealthStore, isActive } from './store.ts';
import { HealthSync } from './sync.ts';

export type HealthPorts = {
  readonly resourceHealth: ResourceHealth;
  readonly queues: Queues;
  readonly storeOf: (tenantId: string) => HealthStore;
};

export const HEALTH_SOURCE = 'resource_health';
const STATUSES = 'availabilityStatuses';
const EVENTS = 'serviceEvents';
/** Service Health keeps events for 90 days. */
const EVENTS_SINCE_MS = 90 * 86_400_000;

/** Resource Health and Service Health. */
export function healthConnector(ports: HealthPorts): Connector {
  return {
    name: HEALTH_SOURCE,
    title: 'Azure Resource Health and Service Health',
    role: 'Monitoring Reader',
    everyMinutes: 10,
    async sync(run) {
      await publishWhatWasLeft(run, ports);
      await readStatuses(run, ports);
      await readEvents(run, ports);
    },
  };
}

/** Alerts of a run that died between its transaction and the queue: its message comes again, or the next run does. */
async function publishWhatWasLeft(run: SyncRun, { queues, storeOf }: HealthPorts): Promise<void> {
  const { tenantId, subscriptionId, clock } = run;
  const partition = storeOf(tenantId).partition(subscriptionId);
  const swept = await sweepOutbox(partition, clock.now(), { queues, tenantId });
  if (swept > 0) log.warning('published health alerts that a process left behind', { subscriptionId, swept });
}

async function readStatuses(run: SyncRun, ports: HealthPorts): Promise<void> {
  const { tenantId, subscriptionId } = run;
  const sync = await HealthSync.open({
    partition: ports.storeOf(tenantId).partition(subscriptionId),
    queues: ports.queues,
    tenantId,
    subscriptionId,
    at: run.clock.now(),
  });
  let wrong = 0;
  const isRead = await run.part(STATUSES, async () => {
    for await (const page of ports.resourceHealth.availabilityStatuses(subscriptionId)) {
      const records = page.flatMap((document) => {
        const { data } = AvailabilityStatus.safeParse(document);
        return (data && toHealth(data)) ?? [];
      });
      wrong += page.length - records.length;
      await sync.write(records);
    }
    return true;
  });
  if (isRead) await sync.finish();
  if (wrong > 0) run.malformed(STATUSES, `${wrong} left out, since they name no resource`);
  const { read, written, transitions, alerts } = sync.counts;
  Object.assign(run.counts, { resources: read, resources_written: written, transitions, alerts });
}

async function readEvents(run: SyncRun, ports: HealthPorts): Promise<void> {
  const { tenantId, subscriptionId } = run;
  const at = run.clock.now();
  const rows = await RowSync.open({
    partition: ports.storeOf(tenantId).partition(subscriptionId),
    prefix: 'e|',
    queues: ports.queues,
    tenantId,
    onCreate: (_, value) => {
      const event = value as ServiceEventRecord;
      const isIssue = isActive(event) && event.type.toLowerCase() === 'serviceissue';
      return { writes: [], events: isIssue ? [toServiceIssue(event, { tenantId, subscriptionId, at })] : [] };
    },
  });
  let wrong = 0;
  const isRead = await run.part(EVENTS, async () => {
    const since = new Date(at.getTime() - EVENTS_SINCE_MS);
    for await (const page of ports.resourceHealth.events(subscriptionId, since)) {
      const events = page.flatMap((document) => {
        const { data } = ServiceEvent.safeParse(document);
        return data ? [toServiceEvent(data)] : [];
      });
      wrong += page.length - events.length;
      await rows.write(events.map((value) => ({ rowKey: eventRowKey(value), value })));
    }
    return true;
  });
  if (isRead) await rows.finish();
  if (wrong > 0) run.malformed(EVENTS, `${wrong} left out, since they have no id`);
  Object.assign(run.counts, { events: rows.counts.read, events_written: rows.counts.written });
}
