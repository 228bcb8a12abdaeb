import { hash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ServiceBusClient } from '@azure/service-bus';
import { EvaluationMessage, evaluationsQueue } from '#features/compliance/index.ts';
import { ComplianceStore } from '#features/compliance/rows/store.ts';
import { readSettings } from '#settings.ts';
import { createServices } from '../../src/services.ts';

export type EvaluateInput = {
  readonly environment: Readonly<Record<string, string>>;
  /** Ends itself with SIGKILL once so many resources have outcomes. */
  readonly killAt?: number;
};
export type EvaluateOutput = {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly peakMegabytes: number;
  readonly resources: number;
  readonly pairs: number;
  readonly violations: number;
  /** Of every outcome of every resource, whenever it was written. */
  readonly digest: string;
};

/** Works on the `evaluations` queue, as the host would, until every part of the evaluation is done. */
export async function evaluate({ environment, killAt }: EvaluateInput): Promise<EvaluateOutput> {
  const settings = readSettings({ ...environment, LOG_LEVEL: 'error' });
  const { compliance, storeOf, governanceOf, ...ports } = createServices(settings);
  const { TENANT_ID: tenantId } = settings;
  const store = new ComplianceStore(tenantId, ports);
  const segments = (await storeOf(tenantId).segments.list()).map(({ segment }) => segment);
  const client = new ServiceBusClient(settings.ServiceBus ?? '');
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  const { revision } = await governanceOf(tenantId).snapshot();
  await compliance.work({ kind: 'governance', tenantId, revision });
  client
    .createReceiver(evaluationsQueue.name)
    .subscribe(
      { processMessage: ({ body }) => compliance.work(EvaluationMessage.parse(body)), processError: fail },
      { autoCompleteMessages: true, maxConcurrentCalls: 2 },
    );
  for (;;) {
    await pause(250);
    if (killAt !== undefined && (await countOf()) > killAt) process.kill(process.pid, 'SIGKILL');
    const sweeps = await Promise.all(segments.map((segment) => store.sweepOf(segment, '')));
    if (sweeps.every((sweep) => sweep?.revision === revision)) break;
  }
  const milliseconds = performance.now() - startedAt;
  const used = process.cpuUsage(cpu);
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  await client.close();
  await ports.queues.close();
  return {
    milliseconds,
    cpuMilliseconds: (used.user + used.system) / 1000,
    peakMegabytes,
    ...(await outcomes()),
  };

  async function countOf(): Promise<number> {
    const heads = await Promise.all(segments.map((segment) => store.rows(segment).head()));
    return heads.reduce((sum, { counts }) => sum + (counts['*'] ?? []).reduce((a, b) => a + b, 0), 0);
  }

  async function outcomes() {
    const digests: string[] = [];
    let [resources, pairs, violations] = [0, 0, 0];
    for (const segment of segments) {
      for (const { key, outcomes: of } of (await store.rows(segment).between('', undefined)).values()) {
        const states = [...of].map(([code, { state }]) => `${code}${state}`);
        digests.push(hash('sha256', `${key}${states.sort().join()}`));
        resources += 1;
        pairs += of.size;
        violations += states.filter((state) => state.endsWith('nonCompliant')).length;
      }
    }
    return { resources, pairs, violations, digest: hash('sha256', digests.sort().join()) };
  }
}

async function fail({ error }: { error: Error }): Promise<void> {
  process.stderr.write(`${error.message}\n`);
}
