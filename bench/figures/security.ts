import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { startDefender, subscriptionsOf } from '../support/defender.ts';
import { inOwnProcess } from '../support/ownProcess.ts';
import { type Parts, withParts } from '../support/parts.ts';
import { median, round } from '../support/stats.ts';

/** A ratio is taken within a round; the figure is the median of the rounds. */
const ROUNDS = 3;
const TENANT = '11111111-1111-4111-8111-111111111111';

/** A first and a second read of Defender for Cloud, beside what the bare clients need for the same items. */
export const security: Figure = {
  name: 'security',
  summary:
    'Defender for Cloud: 50,000 recommendations and 100,000 assessments against the floor of the bare clients',
  run,
};

type Round = Awaited<ReturnType<typeof measure>>;

async function* run(context: BenchContext): AsyncGenerator<Measurement> {
  const scale = context.isQuick ? 0.1 : 1;
  const size = { subscriptions: 4, tasks: 12_500 * scale, assessments: 25_000 * scale };
  const rounds: Round[] = [];
  for (let index = 0; index < (context.isQuick ? 1 : ROUNDS); index += 1)
    rounds.push(await withParts((parts) => measure(parts, { context, size, isFloorFirst: index % 2 === 0 })));
  const of = (pick: (round: Round) => number) => median(rounds.map(pick));
  const ratio = of(({ floor, first }) => floor.milliseconds / first.milliseconds);
  const rows = rounds[0]?.first.rows ?? 0;
  yield {
    figure: 'security, first read',
    value: Math.round((rows / of(({ first }) => first.milliseconds)) * 1000),
    unit: 'rows/s',
    ratio: round(ratio),
    target: '≥ 0.6 of the floor',
    met: ratio >= 0.6,
    details: {
      rows,
      floorRows: rounds[0]?.floor.rows,
      firstMs: rounds.map(({ first }) => Math.round(first.milliseconds)),
      floorMs: rounds.map(({ floor }) => Math.round(floor.milliseconds)),
      cpuRatio: round(of(({ floor, first }) => floor.cpuMilliseconds / first.cpuMilliseconds)),
      secondMs: rounds.map(({ second }) => Math.round(second.milliseconds)),
      secondWritten: Math.max(...rounds.map(({ second }) => second.written)),
    },
  };
}

type MeasureOptions = {
  readonly context: BenchContext;
  readonly size: Parameters<typeof startDefender>[0];
  readonly isFloorFirst: boolean;
};

async function measure(parts: Parts, options: MeasureOptions) {
  const defender = await startDefender(options.size);
  try {
    if (options.isFloorFirst) {
      const floor = await measureFloor(parts, defender.url, options);
      return { floor, ...(await measureProduct(parts, defender.url, options)) };
    }
    const product = await measureProduct(parts, defender.url, options);
    return { ...product, floor: await measureFloor(parts, defender.url, options) };
  } finally {
    defender.stop();
  }
}

async function measureFloor(parts: Parts, endpoint: string, { context, size }: MeasureOptions) {
  const { connectionString, stop } = await parts.storage();
  const subscriptions = subscriptionsOf(size);
  const floor = await inOwnProcess('securityFloor', { endpoint, connectionString, subscriptions }, context);
  context.say(`floor: ${Math.round(floor.milliseconds)} ms`);
  await stop();
  return floor;
}

async function measureProduct(parts: Parts, endpoint: string, { context, size }: MeasureOptions) {
  const [storage, bus] = await Promise.all([parts.storage(), parts.bus()]);
  const input = {
    environment: {
      TENANT_ID: TENANT,
      AZURE_RESOURCE_MANAGER_ENDPOINT: endpoint,
      STORAGE_CONNECTION_STRING: storage.connectionString,
      ServiceBus: bus.connectionString,
    },
    subscriptions: subscriptionsOf(size),
  };
  const first = await inOwnProcess('security', input, context);
  context.say(`first read: ${Math.round(first.milliseconds)} ms`);
  const second = await inOwnProcess('security', input, context);
  context.say(`second read: ${Math.round(second.milliseconds)} ms, ${second.written} written`);
  await Promise.all([storage.stop(), bus.stop()]);
  return { first, second };
}
