import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { assignStarterPack } from '../support/assignments.ts';
import { inOwnProcess } from '../support/ownProcess.ts';
import { type Parts, withParts } from '../support/parts.ts';
import { round } from '../support/stats.ts';

const ASSIGNMENTS = 300;
const LIMIT_SECONDS = 300;
const LIMIT_MB = 1000;
/** Above this Azurite cannot write its tables to disk. */
const MAX_ON_DISK = 50_000;

/** Every resource judged by every assignment from nothing; and once more, killed half-way and gone on with. */
export const compliance: Figure = {
  name: 'compliance',
  summary: `full evaluation of 100,000 resources by ${ASSIGNMENTS} assignments; the same, killed half-way`,
  run: async function* (context) {
    yield await measure(context);
  },
};

async function measure(context: BenchContext): Promise<Measurement> {
  const size = context.isQuick ? 2_000 : 100_000;
  const whole = await withParts(async (parts) =>
    inOwnProcess('evaluate', await prepare(parts, size, context), context),
  );
  context.say(`evaluated ${whole.resources} resources in ${round(whole.milliseconds / 1000, 1)} s`);
  const resumed = await withParts(async (parts) => {
    const input = await prepare(parts, size, context);
    const killed = inOwnProcess('evaluate', { ...input, killAt: whole.resources / 2 }, context);
    await killed.then(
      () => context.say('it was faster than the kill'),
      () => context.say('killed half-way'),
    );
    return inOwnProcess('evaluate', input, context);
  });
  const seconds = whole.milliseconds / 1000;
  const isEqual = whole.digest === resumed.digest;
  return {
    figure: `full evaluation of ${size} resources × ${ASSIGNMENTS} assignments`,
    value: round(seconds, 1),
    unit: 's',
    target: `< ${LIMIT_SECONDS} s, < ${LIMIT_MB} MB, equal results after kill -9`,
    met: seconds < LIMIT_SECONDS && whole.peakMegabytes < LIMIT_MB && isEqual,
    details: {
      resources: whole.resources,
      pairsThatApply: whole.pairs,
      violations: whole.violations,
      resourcesPerSecond: round(whole.resources / seconds, 0),
      cpuSeconds: round(whole.cpuMilliseconds / 1000, 1),
      peakMegabytes: round(whole.peakMegabytes, 0),
      equalAfterKill: isEqual,
      resumedPeakMegabytes: round(resumed.peakMegabytes, 0),
    },
  };
}

/** An estate in the inventory, and the assignments; nothing is evaluated yet. */
async function prepare(parts: Parts, size: number, context: BenchContext) {
  const [simulator, storage, bus] = await Promise.all([
    parts.simulator(size),
    parts.storage({ isInMemory: size > MAX_ON_DISK }),
    parts.bus(),
  ]);
  const environment = {
    TENANT_ID: simulator.tenantId,
    AZURE_RESOURCE_MANAGER_ENDPOINT: simulator.url,
    STORAGE_CONNECTION_STRING: storage.connectionString,
    ServiceBus: bus.connectionString,
  };
  await inOwnProcess('sync', { environment }, context);
  await assignStarterPack(environment, ASSIGNMENTS);
  return { environment };
}
