import { app, type InvocationContext } from '@azure/functions';
import { governedTenants } from '#features/governance/index.ts';
import { listTenants } from '#features/inventory/index.ts';
import { messageOf } from '#platform/failure.ts';
import { log, withScope } from '#platform/log.ts';
import type { Services } from '../services.ts';
import { sinkOf } from './logging.ts';

/** Younger marks belong to a process that is about to publish them. */
const SWEEP_AGE_MS = 30_000;
const DAY_MS = 86_400_000;
/** Commits of a segment that one run removes; what is left goes with the next. */
const MAX_FORGOTTEN = 50_000;

/** Registers every timer. */
export function registerTimers(services: Services): void {
  const { settings } = services;
  registerTimer('syncTimer', settings.SYNC_SCHEDULE, () => startSync(services));
  registerTimer('policySyncTimer', settings.POLICY_SYNC_SCHEDULE, () => startPolicySync(services));
  registerTimer('feedTimer', settings.FEED_SCHEDULE, () => catchUp(services));
  registerTimer('retentionTimer', settings.RETENTION_SCHEDULE, () => forgetOldHistory(services));
  registerTimer('sweepTimer', settings.SWEEP_SCHEDULE, () => sweep(services));
  registerTimer('governanceSweepTimer', settings.SWEEP_SCHEDULE, () => sweepGovernance(services));
  registerTimer('complianceSweepTimer', settings.SWEEP_SCHEDULE, () => sweepCompliance(services));
  registerTimer('reconciliationTimer', settings.RECONCILIATION_SCHEDULE, () => reconcile(services));
  registerTimer('metricsTimer', settings.METRICS_SCHEDULE, () => rollMetrics(services));
  registerTimer('connectorTimer', settings.CONNECTOR_SCHEDULE, () => startSources(services));
  registerTimer('securitySweepTimer', settings.SWEEP_SCHEDULE, () => sweepSecurity(services));
  registerTimer('directorySweepTimer', settings.SWEEP_SCHEDULE, () => sweepDirectory(services));
  registerTimer('deploymentSweepTimer', settings.SWEEP_SCHEDULE, async () => {
    const found = await services.deployments.sweep();
    if (found > 0) log.warning('deployments had been left', { count: found });
  });
  registerTimer('remediationSweepTimer', settings.SWEEP_SCHEDULE, async () => {
    const found = await services.remediations.sweep();
    if (found > 0) log.information('remediations looked at again', { count: found });
  });
  registerTimer('webhookSweepTimer', settings.SWEEP_SCHEDULE, () => services.webhooks.sweep());
  registerTimer('idempotencyRetentionTimer', settings.RETENTION_SCHEDULE, async () => {
    const forgotten = await services.idempotency.forget();
    if (forgotten > 0) log.information('idempotency keys removed', { forgotten });
  });
  registerTimer('sessionRetentionTimer', settings.RETENTION_SCHEDULE, async () => {
    const forgotten = await services.identity.forget();
    if (forgotten > 0) log.information('sessions removed', { forgotten });
  });
  registerTimer('webhookRetentionTimer', settings.RETENTION_SCHEDULE, () => services.webhooks.forget());
}

async function startSync({ discovery, settings }: Services): Promise<void> {
  const job = await discovery.startSync(settings.TENANT_ID);
  log.information('sync started', {
    jobId: job.id,
    joined: job.joined,
    subscriptions: job.subscriptions.length,
  });
}

async function startSources({ connectors }: Services): Promise<void> {
  const queued = await connectors.startDue();
  if (queued > 0) log.information('sources queued', { queued });
}

async function sweepSecurity({ security, settings, clock }: Services): Promise<void> {
  const before = new Date(clock.now().getTime() - SWEEP_AGE_MS);
  const swept = await security.sweep(settings.TENANT_ID, before);
  if (swept > 0) log.warning('published alerts that a process left behind', { swept });
}

async function startPolicySync({ policySync, settings }: Services): Promise<void> {
  const { id, joined } = await policySync.start(settings.TENANT_ID);
  log.information('policy sync started', { jobId: id, joined });
}

async function catchUp({ discovery, tables }: Services): Promise<void> {
  for (const tenantId of await listTenants(tables)) {
    const found = await discovery.catchUp(tenantId);
    if (found > 0) log.warning('events had missed changes', { tenantId, changes: found });
  }
}

async function sweepCompliance({ compliance, tables, clock }: Services): Promise<void> {
  const before = new Date(clock.now().getTime() - SWEEP_AGE_MS);
  for (const tenantId of await listTenants(tables)) {
    const swept = await compliance.sweep(tenantId, before);
    if (swept > 0) log.warning('published what a process left behind', { tenantId, rows: swept });
  }
}

async function reconcile({ compliance, tables }: Services): Promise<void> {
  for (const tenantId of await listTenants(tables)) {
    const { segments, due, changed } = await compliance.reconcile(tenantId);
    log.information('compliance reconciled', { tenantId, segments, due, changed });
  }
}

async function rollMetrics({ tables, metrics }: Services): Promise<void> {
  for (const tenantId of await listTenants(tables))
    await separately({ tenantId }, () => metrics.roll(tenantId));
}

async function forgetOldHistory(services: Services): Promise<void> {
  const { tables, storeOf, settings, clock, metrics, monitor } = services;
  const before = new Date(clock.now().getTime() - settings.HISTORY_RETENTION_DAYS * DAY_MS).toISOString();
  for (const tenantId of await listTenants(tables)) {
    const store = storeOf(tenantId);
    for (const { segment } of await store.segments.list()) {
      await separately({ tenantId, segment }, async () => {
        const commits = await store.forget(segment, before, MAX_FORGOTTEN);
        if (commits > 0) log.information('history removed', { tenantId, segment, commits });
      });
    }
    await separately({ tenantId }, async () => void (await metrics.forget(tenantId)));
    await separately({ tenantId }, async () =>
      log.information('what Azure Monitor told is removed', {
        tenantId,
        ...(await monitor.forget(tenantId)),
      }),
    );
  }
}

async function sweepDirectory({ directory }: Services): Promise<void> {
  const finished = await directory.resume();
  if (finished > 0) log.warning('finished what a process left halfway', { changes: finished });
}

async function sweep({ tables, storeOf, publisher, clock }: Services): Promise<void> {
  const before = new Date(clock.now().getTime() - SWEEP_AGE_MS);
  for (const tenantId of await listTenants(tables)) {
    const store = storeOf(tenantId);
    for (const { segment } of await store.segments.list()) {
      await separately({ tenantId, segment }, async () => {
        const swept = await store.sweep(segment, before);
        if (swept > 0)
          log.warning('published what a process left behind', { tenantId, segment, commits: swept });
      });
    }
  }
  await publisher.flush();
}

async function sweepGovernance({ tables, governanceOf, clock }: Services): Promise<void> {
  const before = new Date(clock.now().getTime() - SWEEP_AGE_MS);
  for (const tenantId of await governedTenants(tables)) {
    const swept = await governanceOf(tenantId).sweep(before);
    if (swept > 0) log.warning('published what a process left behind', { tenantId, commits: swept });
  }
}

/** The trouble of one segment is not that of the others. */
async function separately(scope: Readonly<Record<string, string>>, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error('a tenant or segment could not be tended', { ...scope, error: messageOf(error) });
  }
}

function registerTimer(name: string, schedule: string, work: () => Promise<void>): void {
  app.timer(name, {
    schedule,
    handler: (_, context: InvocationContext) =>
      withScope({ correlationId: context.invocationId, sink: sinkOf(context) }, work),
  });
}
