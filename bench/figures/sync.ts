import type { Child } from '#local/child.ts';
import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { inOwnProcess } from '../support/ownProcess.ts';
import { type Parts, type Simulator, withParts } from '../support/parts.ts';
import { cpuMilliseconds } from '../support/processes.ts';
import { median, round } from '../support/stats.ts';

/** A ratio is taken within a round; the figure is the median of the rounds. */
const ROUNDS = 3;

/** First and second sync, beside what the bare clients need for the same rows. */
export const sync: Figure = {
  name: 'sync',
  summary: 'first sync against the floor of the bare clients; second sync with nothing changed',
  run,
};

type Round = Awaited<ReturnType<typeof measure>>;

async function* run(context: BenchContext): AsyncGenerator<Measurement> {
  const size = context.isQuick ? 10_000 : 100_000;
  const rounds: Round[] = [];
  for (let index = 0; index < ROUNDS; index += 1) {
    const isFloorFirst = index % 2 === 0;
    rounds.push(await withParts((parts) => measure(parts, { context, size, isFloorFirst })));
  }
  const of = (pick: (round: Round) => number) => median(rounds.map(pick));
  const floorMs = of(({ floor }) => floor.milliseconds);
  const firstMs = of(({ first }) => first.milliseconds);
  const secondMs = of(({ second }) => second.milliseconds);
  const resources = rounds[0]?.first.resources ?? 0;
  const ratio = of(({ floor, first }) => floor.milliseconds / first.milliseconds);
  const all = (pick: (round: Round) => number) => rounds.map((one) => Math.round(pick(one)));
  yield {
    figure: 'first sync',
    value: Math.round((resources / firstMs) * 1000),
    unit: 'resources/s',
    ratio: round(ratio),
    target: '≥ 0.6 of the floor',
    met: ratio >= 0.6,
    details: {
      resources,
      cpuRatio: round(of(({ floor, first }) => total(floor.cpu) / total(first.cpu))),
      floorPerSecond: Math.round((resources / floorMs) * 1000),
      firstMs: all(({ first }) => first.milliseconds),
      floorMs: all(({ floor }) => floor.milliseconds),
      firstCpuMs: rounds.map(({ first }) => first.cpu),
      floorCpuMs: rounds.map(({ floor }) => floor.cpu),
      commits: rounds[0]?.first.commits,
    },
  };
  const speedup = of(({ first, second }) => first.milliseconds / second.milliseconds);
  const writes = Math.max(...rounds.map(({ second }) => second.commits));
  yield {
    figure: 'second sync, nothing changed',
    value: Math.round((resources / secondMs) * 1000),
    unit: 'resources/s',
    ratio: round(speedup),
    target: '≥ 5 × the first, 0 resource writes',
    met: speedup >= 5 && writes === 0,
    details: {
      resources,
      cpuRatio: round(of(({ first, second }) => total(first.cpu) / total(second.cpu))),
      writes,
      secondMs: all(({ second }) => second.milliseconds),
      secondCpuMs: rounds.map(({ second }) => second.cpu),
    },
  };
}

function total(cpu: Readonly<Record<string, number>>): number {
  return Object.values(cpu).reduce((sum, value) => sum + value, 0);
}

type MeasureOptions = {
  readonly context: BenchContext;
  readonly size: number;
  readonly isFloorFirst: boolean;
};

/** Each side has a storage of its own that is empty when it begins, and reads the same simulator. */
async function measure(parts: Parts, options: MeasureOptions) {
  const { context, size, isFloorFirst } = options;
  const simulator = await parts.simulator(size);
  if (isFloorFirst) {
    const floor = await measureFloor(parts, simulator, context);
    return { floor, ...(await measureProduct(parts, simulator, context)) };
  }
  const product = await measureProduct(parts, simulator, context);
  return { ...product, floor: await measureFloor(parts, simulator, context) };
}

async function measureFloor(parts: Parts, simulator: Simulator, context: BenchContext) {
  const { connectionString, stop, child } = await parts.storage();
  const others = { storage: child, simulator: simulator.child };
  const floor = await beside(others, () =>
    inOwnProcess('floor', { endpoint: simulator.url, connectionString }, context),
  );
  context.say(`floor: ${Math.round(floor.milliseconds)} ms`);
  await stop();
  return floor;
}

async function measureProduct(parts: Parts, simulator: Simulator, context: BenchContext) {
  const [storage, bus] = await Promise.all([parts.storage(), parts.bus()]);
  const others = { storage: storage.child, bus: bus.child, simulator: simulator.child };
  const environment = {
    TENANT_ID: simulator.tenantId,
    AZURE_RESOURCE_MANAGER_ENDPOINT: simulator.url,
    STORAGE_CONNECTION_STRING: storage.connectionString,
    ServiceBus: bus.connectionString,
  };
  const first = await beside(others, () => inOwnProcess('sync', { environment }, context));
  context.say(`first sync: ${Math.round(first.milliseconds)} ms`);
  const second = await beside(others, () => inOwnProcess('sync', { environment }, context));
  context.say(`second sync: ${Math.round(second.milliseconds)} ms`);
  await Promise.all([storage.stop(), bus.stop()]);
  return { first, second };
}

/** What `work` answers, with the CPU time that the processes beside it took meanwhile. */
async function beside<T extends { readonly cpuMilliseconds: number }>(
  others: Readonly<Record<string, Child>>,
  work: () => Promise<T>,
): Promise<T & { readonly cpu: Record<string, number> }> {
  const usage = () => Object.entries(others).map(([name, { pid }]) => [name, cpuMilliseconds(pid)] as const);
  const before = new Map(usage());
  const answer = await work();
  const used = usage().map(([name, after]) => [name, Math.round(after - (before.get(name) ?? 0))]);
  return { ...answer, cpu: { app: Math.round(answer.cpuMilliseconds), ...Object.fromEntries(used) } };
}
