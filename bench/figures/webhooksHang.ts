import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { type Parts, withParts } from '../support/parts.ts';
import { cpuMilliseconds } from '../support/processes.ts';
import { median, round } from '../support/stats.ts';
import {
  CONCURRENCY,
  emit,
  type Ground,
  instruct,
  register,
  startGround,
  whenReceived,
} from '../support/webhooks.ts';

const NINE = Array.from({ length: 9 }, (_, index) => `/${index}`);
const HANGING = '/hang';
const WARM_UP = 1_000;
const ROUNDS = 2;

/** One endpoint of ten never answers: what the other nine lose by it. */
export const webhooksHang: Figure = {
  name: 'webhooks-hang',
  summary: 'one webhook of ten hangs for 30 s a request: throughput of the other nine',
  run: async function* (context) {
    yield await measure(context);
  },
};

async function measure(context: BenchContext): Promise<Measurement> {
  const events = context.isQuick ? 1_500 : 10_000;
  const rounds: { without: Speed; beside: Speed }[] = [];
  for (let index = 0; index < ROUNDS; index += 1) {
    const without = await withParts((parts) => speedOfNine(parts, { events, isHanging: false }));
    const beside = await withParts((parts) => speedOfNine(parts, { events, isHanging: true }));
    rounds.push({ without, beside });
    context.say(`nine without the tenth ${describe(without)}, beside it ${describe(beside)}`);
  }
  const ratio = round(median(rounds.map(({ without, beside }) => beside.rate / without.rate)), 3);
  return {
    figure: 'webhooks: nine beside one that hangs',
    value: round(median(rounds.map(({ beside }) => beside.rate)), 0),
    unit: 'deliveries/s',
    ratio,
    target: '≥ 0.95 of without it',
    met: ratio >= 0.95,
    details: {
      events,
      concurrency: CONCURRENCY,
      cpuRatio: round(median(rounds.map(({ without, beside }) => without.cpu / beside.cpu)), 3),
      without: rounds.map(({ without }) => describe(without)),
      beside: rounds.map(({ beside }) => describe(beside)),
    },
  };
}

/** Deliveries a second to the nine, and CPU time of all processes for each, in milliseconds. */
type Speed = { readonly rate: number; readonly cpu: number };

function describe({ rate, cpu }: Speed): string {
  return `${round(rate, 0)}/s with ${round(cpu, 3)} ms CPU each`;
}

type Scene = { readonly events: number; readonly isHanging: boolean };

/** The tenth is there only where it hangs. */
async function speedOfNine(parts: Parts, { events, isHanging }: Scene): Promise<Speed> {
  const ground = await startGround(parts);
  const host = await parts.host(ground.environment);
  const paths = isHanging ? [...NINE, HANGING] : NINE;
  await register(ground, host, { paths, concurrency: CONCURRENCY / 10 });
  await deliverToNine(ground, WARM_UP);
  await instruct(ground, { isHanging });
  const pids = [host, ground.storage, ground.bus, ground.receiver].map(({ child }) => child.pid);
  const cpuOf = () => pids.reduce((sum, pid) => sum + cpuMilliseconds(pid), 0);
  const before = cpuOf();
  const startedAt = performance.now();
  await deliverToNine(ground, events);
  const milliseconds = performance.now() - startedAt;
  const deliveries = events * NINE.length;
  const speed = { rate: (deliveries * 1000) / milliseconds, cpu: (cpuOf() - before) / deliveries };
  await ground.queues.close();
  return speed;
}

async function deliverToNine(ground: Ground, events: number): Promise<void> {
  await emit(ground, events);
  await whenReceived(ground, ({ counts }) => NINE.every((path) => (counts[path] ?? 0) >= events));
}
