import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { inOwnProcess } from '../support/ownProcess.ts';
import { type Host, type Parts, withParts } from '../support/parts.ts';
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

/** Deliveries a second, and CPU time of all processes a delivery, in milliseconds. */
type Speed = { readonly rate: number; readonly cpu: number };

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
  const events = context.isQuick ? 1_000 : 3_000;
  const host = await parts.host(ground.environment, context.profileDir);
  await register(ground, host, { paths: PATHS, concurrency: CONCURRENCY / ENDPOINTS });
  await wholePath(ground, host, WARM_UP);
  const whole = await rounds('whole path', context, {
    loop: () => loop(ground, context, events * ENDPOINTS),
    product: () => wholePath(ground, host, events),
  });
  await host.child.stop();
  const alone = await rounds('delivery alone', context, {
    loop: () => loop(ground, context, events * ENDPOINTS),
    product: () => deliveryAlone(parts, ground, { events, context }),
  });
  await ground.queues.close();
  return [
    toMeasurement('webhooks: whole path', whole, 0.35),
    toMeasurement('webhooks: delivery alone', alone, 0.5),
  ];
}

type Round = { readonly loop: Speed; readonly product: Speed };

async function rounds(
  name: string,
  context: BenchContext,
  sides: { loop: () => Promise<Speed>; product: () => Promise<Speed> },
): Promise<Round[]> {
  const done: Round[] = [];
  for (let index = 0; index < ROUNDS; index += 1) {
    const round_ = { loop: await sides.loop(), product: await sides.product() };
    done.push(round_);
    context.say(`loop ${describe(round_.loop)}, ${name} ${describe(round_.product)}`);
  }
  return done;
}

function describe({ rate, cpu }: Speed): string {
  return `${round(rate, 0)}/s with ${round(cpu, 3)} ms CPU each`;
}

async function loop(ground: Ground, context: BenchContext, times: number): Promise<Speed> {
  const bodies = Array.from({ length: 100 }, (_, index) => JSON.stringify(eventOf(index)));
  const input = { url: `${ground.receiver.url}/loop`, bodies, times, connections: CONCURRENCY };
  const before = cpuMilliseconds(ground.receiver.child.pid);
  const done = await inOwnProcess('webhookLoop', input, context);
  const cpu = cpuMilliseconds(ground.receiver.child.pid) - before + done.cpuMilliseconds;
  return { rate: (times * 1000) / done.milliseconds, cpu: cpu / times };
}

/** From the first event's message until the last attempt is recorded. */
async function wholePath(ground: Ground, host: Host, events: number): Promise<Speed> {
  await instruct(ground);
  const pids = [host, ground.storage, ground.bus, ground.receiver].map(({ child }) => child.pid);
  const before = cpuOf(pids);
  const startedAt = performance.now();
  await emit(ground, events);
  await whenReceived(ground, (got) => totalOf(got) >= events * ENDPOINTS);
  await whenSettled(ground);
  const milliseconds = performance.now() - startedAt;
  const deliveries = events * ENDPOINTS;
  return { rate: (deliveries * 1000) / milliseconds, cpu: (cpuOf(pids) - before) / deliveries };
}

/** The fan-out fills the queue in a host that has no worker for it. */
async function deliveryAlone(
  parts: Parts,
  ground: Ground,
  { events, context }: { events: number; context: BenchContext },
): Promise<Speed> {
  const host = await parts.host({ ...ground.environment, 'AzureWebJobs.deliveries.Disabled': 'true' });
  await emit(ground, events);
  await whenSettled(ground, 'events');
  await host.child.stop();
  await instruct(ground);
  const input = { environment: ground.environment, deliveries: events * ENDPOINTS };
  const pids = [ground.storage, ground.receiver].map(({ child }) => child.pid);
  const before = cpuOf(pids);
  const done = await inOwnProcess('webhookDeliver', input, context);
  const others = (cpuOf(pids) - before) / (events * ENDPOINTS);
  return {
    rate: (done.deliveries * 1000) / done.milliseconds,
    cpu: done.cpuMilliseconds / done.deliveries + others,
  };
}

function cpuOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuMilliseconds(pid), 0);
}

function toMeasurement(figure: string, done: readonly Round[], target: number): Measurement {
  const ratios = done.map(({ loop: floor, product }) => product.rate / floor.rate);
  const ratio = round(median(ratios));
  return {
    figure,
    value: round(median(done.map(({ product }) => product.rate)), 0),
    unit: 'deliveries/s',
    ratio,
    target: `≥ ${target} of a loop that signs and POSTs the same bodies`,
    met: ratio >= target,
    details: {
      endpoints: ENDPOINTS,
      concurrency: CONCURRENCY,
      eventsAMessage: EVENTS_A_MESSAGE,
      ratios: ratios.map((value) => round(value)),
      loops: done.map(({ loop: { rate } }) => round(rate, 0)),
      cpuRatio: round(median(done.map(({ loop: floor, product }) => floor.cpu / product.cpu))),
      cpuMsADelivery: round(median(done.map(({ product }) => product.cpu)), 3),
    },
  };
}
