import { app, type InvocationContext } from '@azure/functions';
import { listTenants } from '#features/inventory/index.ts';
import { log, withScope } from '#platform/log.ts';
import type { Services } from '../services.ts';
import { sinkOf } from './logging.ts';

/** Younger marks belong to a process that is about to publish them. */
const SWEEP_AGE_MS = 30_000;

/** Registers every timer. */
export function registerTimers(services: Services): void {
  const { settings } = services;
  registerTimer('syncTimer', settings.SYNC_SCHEDULE, () => startSync(services));
  registerTimer('sweepTimer', settings.SWEEP_SCHEDULE, () => sweep(services));
}

async function startSync({ discovery, settings }: Services): Promise<void> {
  const job = await discovery.startSync(settings.TENANT_ID);
  log.information('sync started', {
    jobId: job.id,
    joined: job.joined,
    subscriptions: job.subscriptions.length,
  });
}

async function sweep({ tables, storeOf, publisher, clock }: Services): Promise<void> {
  const before = new Date(clock.now().getTime() - SWEEP_AGE_MS);
  for (const tenantId of await listTenants(tables)) {
    const store = storeOf(tenantId);
    for (const { segment } of await store.segments.list()) {
      const swept = await store.sweep(segment, before);
      if (swept > 0)
        log.warning('published what a process left behind', { tenantId, segment, commits: swept });
    }
  }
  await publisher.flush();
}

function registerTimer(name: string, schedule: string, work: () => Promise<void>): void {
  app.timer(name, {
    schedule,
    handler: (_, context: InvocationContext) =>
      withScope({ correlationId: context.invocationId, sink: sinkOf(context) }, work),
  });
}
