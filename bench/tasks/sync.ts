import { mapConcurrently } from '#platform/concurrently.ts';
import { readSettings } from '#settings.ts';
import { createServices } from '../../src/services.ts';
import { SUBSCRIPTIONS_AT_A_TIME } from './concurrency.ts';

export type SyncInput = { readonly environment: Readonly<Record<string, string>> };
export type SyncOutput = {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly resources: number;
  readonly changed: number;
  readonly deleted: number;
  /** Of all segments; every write of a resource is in one. */
  readonly commits: number;
};

/** A sync of every subscription by the product's own code, from a process that has done nothing before. */
export async function sync({ environment }: SyncInput): Promise<SyncOutput> {
  const settings = readSettings({ ...environment, LOG_LEVEL: 'error' });
  const { discovery, prepare, storeOf, queues } = createServices(settings);
  const { TENANT_ID: tenantId } = settings;
  await prepare();
  const job = await discovery.startSync(tenantId);
  const ids = job.subscriptions.map(({ subscription_id }) => subscription_id);
  const before = await commits();
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  await mapConcurrently(ids, SUBSCRIPTIONS_AT_A_TIME, (subscriptionId) =>
    discovery.syncSubscription({ tenantId, jobId: job.id, subscriptionId }),
  );
  const milliseconds = performance.now() - startedAt;
  const used = process.cpuUsage(cpu);
  const { state, resources, changed, deleted } = await discovery.getSync(tenantId, job.id);
  if (state !== 'succeeded') throw new Error(`the sync ended as ${state}`);
  const written = (await commits()) - before;
  await queues.close();
  return {
    milliseconds,
    cpuMilliseconds: (used.user + used.system) / 1000,
    resources,
    changed,
    deleted,
    commits: written,
  };

  async function commits(): Promise<number> {
    const heads = await Promise.all(ids.map((id) => storeOf(tenantId).head(id)));
    return heads.reduce((sum, head) => sum + head, 0);
  }
}
