import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { type Parts, withParts } from '../support/parts.ts';
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
  const rates: { without: number; with: number }[] = [];
  for (let index = 0; index < ROUNDS; index += 1) {
    const without = await withParts((parts) => rateOfNine(parts, { events, isHanging: false }));
    const rate = {
      without,
      with: await withParts((parts) => rateOfNine(parts, { events, isHanging: true })),
    };
    rates.push(rate);
    context.say(`nine without the tenth ${round(without, 0)}/s, beside it ${round(rate.with, 0)}/s`);
  }
  const ratio = round(median(rates.map((rate) => rate.with / rate.without)), 3);
  return {
    figure: 'webhooks: nine beside one that hangs',
    value: round(median(rates.map((rate) => rate.with)), 0),
    unit: 'deliveries/s',
    ratio,
    target: '≥ 0.95 of without it',
    met: ratio >= 0.95,
    details: { events, concurrency: CONCURRENCY, rates },
  };
}

type Scene = { readonly events: number; readonly isHanging: boolean };

/** Deliveries a second to the nine; the tenth is there only where it hangs. */
async function rateOfNine(parts: Parts, { events, isHanging }: Scene): Promise<number> {
  const ground = await startGround(parts);
  const host = await parts.host(ground.environment);
  const paths = isHanging ? [...NINE, HANGING] : NINE;
  await register(ground, host, { paths, concurrency: CONCURRENCY / 10 });
  await deliverToNine(ground, WARM_UP);
  await instruct(ground, { isHanging });
  const startedAt = performance.now();
  await deliverToNine(ground, events);
  const rate = (events * NINE.length * 1000) / (performance.now() - startedAt);
  await ground.queues.close();
  return rate;
}

async function deliverToNine(ground: Ground, events: number): Promise<void> {
  await emit(ground, events);
  await whenReceived(ground, ({ counts }) => NINE.every((path) => (counts[path] ?? 0) >= events));
}
