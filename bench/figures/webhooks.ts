import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { inOwnProcess } from '../support/ownProcess.ts';
import { type Parts, withParts } from '../support/parts.ts';
import { cpuMilliseconds } from '../support/processes.ts';
import { median, round } from '../support/stats.ts';
import {
  CONCURRENCY,
  EVENTS_A_MESSAGE,
  emit,
  eventOf,
  type Ground,
  instruct,
  register,
  startGround,
  totalOf,
  whenReceived,
  whenSettled,
} from '../support/webhooks.ts';

const ENDPOINTS = 10;
const PATHS = Array.from({ length: ENDPOINTS }, (_, index) => `/${index}`);
const ROUNDS = 3;
/** Events: a host that has just started runs at half its speed. */
const WARM_UP = 1_000;

/** Deliveries a second, against a loop that only signs and POSTs. */
export const webhooks: Figure = {
  name: 'webhooks',
  summary: `delivered events/s to ${ENDPOINTS} webhooks, whole path and delivery alone, against a plain loop`,
  run: async function* (context) {
    yield* await withParts((parts) => measure(parts, context));
  },
};

async function measure(parts: Parts, context: BenchContext): Promise<Measurement[]> {
  const ground = await startGround(parts);
  const host = await parts.host(ground.environment);
  await register(ground, host, { paths: PATHS, concurrency: CONCURRENCY / ENDPOINTS });
  const events = context.isQuick ? 1_000 : 3_000;
  const pids = {
    host: host.child.pid,
    azurite: ground.storage.child.pid,
    bus: ground.bus.child.pid,
    receiver: ground.receiver.child.pid,
  };
  await wholePath(ground, WARM_UP);
  const loops: number[] = [];
  const paths: number[] = [];
  const cpu: Record<string, number> = {};
  for (let index = 0; index < ROUNDS; index += 1) {
    loops.push(await loop(ground, context, events * ENDPOINTS));
    const before = Object.entries(pids).map(([name, pid]) => [name, cpuMilliseconds(pid)] as const);
    paths.push(await wholePath(ground, events));
    for (const [name, value] of before)
      cpu[name] = round((cpuMilliseconds(pids[name as keyof typeof pids]) - value) / (events * ENDPOINTS), 3);
    context.say(
      `loop ${round(loops.at(-1) ?? 0, 0)}/s, whole path ${round(paths.at(-1) ?? 0, 0)}/s ${JSON.stringify(cpu)}`,
    );
  }
  await host.child.stop();
  const alone: number[] = [];
  const aloneLoops: number[] = [];
  for (let index = 0; index < ROUNDS; index += 1) {
    aloneLoops.push(await loop(ground, context, events * ENDPOINTS));
    alone.push(await deliveryAlone(parts, ground, { events, context }));
    context.say(
      `loop ${round(aloneLoops.at(-1) ?? 0, 0)}/s, delivery alone ${round(alone.at(-1) ?? 0, 0)}/s`,
    );
  }
  await ground.queues.close();
  return [
    toMeasurement('webhooks: whole path', paths, { loops, target: 0.35, details: { cpuMsADelivery: cpu } }),
    toMeasurement('webhooks: delivery alone', alone, { loops: aloneLoops, target: 0.5, details: {} }),
  ];
}

/** Requests a second. */
async function loop(ground: Ground, context: BenchContext, times: number): Promise<number> {
  const bodies = Array.from({ length: 100 }, (_, index) => JSON.stringify(eventOf(index)));
  const input = { url: `${ground.receiver.url}/loop`, bodies, times, connections: CONCURRENCY };
  const { milliseconds, requests } = await inOwnProcess('webhookLoop', input, context);
  return (requests / milliseconds) * 1000;
}

/** Deliveries a second, from the first event's message until the last attempt is recorded. */
async function wholePath(ground: Ground, events: number): Promise<number> {
  await instruct(ground);
  const startedAt = performance.now();
  await emit(ground, events);
  await whenReceived(ground, (got) => totalOf(got) >= events * ENDPOINTS);
  await whenSettled(ground);
  return (events * ENDPOINTS * 1000) / (performance.now() - startedAt);
}

/** The fan-out fills the queue in a host that has no worker for it. */
async function deliveryAlone(
  parts: Parts,
  ground: Ground,
  { events, context }: { events: number; context: BenchContext },
): Promise<number> {
  const host = await parts.host({ ...ground.environment, 'AzureWebJobs.deliveries.Disabled': 'true' });
  await emit(ground, events);
  await whenSettled(ground, 'events');
  await host.child.stop();
  await instruct(ground);
  const input = { environment: ground.environment, deliveries: events * ENDPOINTS };
  const { milliseconds, deliveries } = await inOwnProcess('webhookDeliver', input, context);
  return (deliveries * 1000) / milliseconds;
}

function toMeasurement(
  figure: string,
  rates: readonly number[],
  given: { loops: readonly number[]; target: number; details: Record<string, unknown> },
): Measurement {
  const ratios = rates.map((rate, index) => rate / (given.loops[index] ?? Number.NaN));
  const ratio = round(median(ratios));
  return {
    figure,
    value: round(median(rates), 0),
    unit: 'deliveries/s',
    ratio,
    target: `≥ ${given.target} of a loop that signs and POSTs the same bodies`,
    met: ratio >= given.target,
    details: {
      endpoints: ENDPOINTS,
      concurrency: CONCURRENCY,
      eventsAMessage: EVENTS_A_MESSAGE,
      ratios: ratios.map((value) => round(value)),
      loops: given.loops.map((value) => round(value, 0)),
      ...given.details,
    },
  };
}
