import { mapConcurrently } from '#platform/concurrently.ts';
import { readSettings } from '#settings.ts';
import { createServices } from '../../src/services.ts';
import { SUBSCRIPTIONS_AT_A_TIME } from './concurrency.ts';

export type SecurityInput = {
  readonly environment: Readonly<Record<string, string>>;
  readonly subscriptions: readonly string[];
};
export type SecurityOutput = {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly rows: number;
  readonly written: number;
};

/** A read of Defender for Cloud in every subscription by the product's own code, from a process that has done nothing before. */
export async function security({ environment, subscriptions }: SecurityInput): Promise<SecurityOutput> {
  const settings = readSettings({ ...environment, LOG_LEVEL: 'error' });
  const { connectors, prepare, queues } = createServices(settings);
  const { TENANT_ID: tenantId } = settings;
  await prepare();
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  await mapConcurrently(subscriptions, SUBSCRIPTIONS_AT_A_TIME, (subscriptionId) =>
    connectors.run({ tenantId, subscriptionId, connector: 'defender', attempt: 1 }),
  );
  const milliseconds = performance.now() - startedAt;
  const used = process.cpuUsage(cpu);
  const { data } = await connectors.list(tenantId);
  const states = data.find(({ name }) => name === 'defender')?.subscriptions ?? [];
  const sum = (...names: string[]) =>
    states.reduce(
      (total, { counts }) => total + names.reduce((own, name) => own + (counts[name] ?? 0), 0),
      0,
    );
  const gaps = data.flatMap((source) => source.gaps);
  if (gaps.length > 0) throw new Error(JSON.stringify(gaps[0]));
  await queues.close();
  return {
    milliseconds,
    cpuMilliseconds: (used.user + used.system) / 1000,
    rows: sum('assessments', 'recommendations'),
    written: sum('assessments_written', 'recommendations_written'),
  };
}
