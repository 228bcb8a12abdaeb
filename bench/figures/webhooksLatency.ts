import { setTimeout as pause } from 'node:timers/promises';
import { eventsQueue } from '#features/events/index.ts';
import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { type Parts, withParts } from '../support/parts.ts';
import { percentile, round, summarize } from '../support/stats.ts';
import {
  CONCURRENCY,
  emit,
  eventOf,
  type Ground,
  instruct,
  register,
  startGround,
  TENANT,
  whenReceived,
} from '../support/webhooks.ts';

const RATE = 100;
const PATH = '/check/latency';

/** From before an event is put on its queue until the receiver has the request. */
export const webhooksLatency: Figure = {
  name: 'webhooks-lag',
  summary: `event written until the first attempt is received, at ${RATE} events/s`,
  run: async function* (context) {
    yield await withParts((parts) => measure(parts, context));
  },
};

async function measure(parts: Parts, context: BenchContext): Promise<Measurement> {
  const ground = await startGround(parts);
  const host = await parts.host(ground.environment);
  const hooks = await register(ground, host, { paths: [PATH], concurrency: CONCURRENCY });
  await instruct(ground, { hooks });
  await emit(ground, 1_000);
  await whenReceived(ground, ({ distinct }) => distinct >= 1_000);
  await instruct(ground, { hooks });
  const events = RATE * (context.isQuick ? 5 : 30);
  await emitEvenly(ground, events);
  const { latencies, wrong } = await whenReceived(ground, ({ distinct }) => distinct >= events);
  await ground.queues.close();
  const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
  return {
    figure: `webhooks: event → first attempt at ${RATE}/s`,
    value: round(p50, 0),
    unit: 'ms p50',
    target: 'p50 < 150 ms, p99 < 1 s',
    met: p50 < 150 && p99 < 1_000 && wrong === 0,
    details: { events, wrong, ...summarize(latencies) },
  };
}

/** One event a message, one message each 1/RATE second, however long sending it takes. */
async function emitEvenly(ground: Ground, events: number): Promise<void> {
  const startedAt = performance.now();
  const sending: Promise<void>[] = [];
  for (let index = 0; index < events; index += 1) {
    const wait = startedAt + (index * 1000) / RATE - performance.now();
    if (wait > 0) await pause(wait);
    const message = { body: [eventOf(index)], messageId: crypto.randomUUID(), tenantId: TENANT };
    sending.push(ground.queues.send(eventsQueue, [message]));
  }
  await Promise.all(sending);
}
