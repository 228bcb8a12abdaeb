import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { type Parts, withParts } from '../support/parts.ts';
import { residentMegabytes } from '../support/processes.ts';
import { median, round } from '../support/stats.ts';
import {
  emit,
  instruct,
  register,
  startGround,
  totalOf,
  whenReceived,
  whenSettled,
} from '../support/webhooks.ts';

const EVENTS = 1_000;
const SAY_EVERY_MS = 5_000;
/** Events for which nothing came: then it is given up. */
const PATIENCE_MS = 180_000;
const FLAT = 1.25;

/** Every event to every endpoint; each signature is verified, each delivery told from the others. */
export const webhooksMillion: Figure = many('webhooks-1m', 1_000);
export const webhooksHundredThousand: Figure = many('webhooks-100k', 100);

function many(name: string, endpoints: number): Figure {
  return {
    name,
    summary: `${endpoints} webhooks × ${EVENTS} events: completes, memory flat, nothing lost or wrongly signed`,
    isExtra: true,
    run: async function* (context) {
      const size = context.isQuick
        ? { endpoints: endpoints / 10, events: EVENTS / 10 }
        : { endpoints, events: EVENTS };
      yield await withParts((parts) => measure(parts, context, size));
    },
  };
}

async function measure(
  parts: Parts,
  context: BenchContext,
  { endpoints, events }: { endpoints: number; events: number },
): Promise<Measurement> {
  const ground = await startGround(parts);
  const host = await parts.host(ground.environment);
  const paths = Array.from({ length: endpoints }, (_, index) => `/check/${index}`);
  const hooks = await register(ground, host, { paths, concurrency: 4 });
  context.say(`registered ${endpoints} webhooks`);
  await instruct(ground, { hooks });
  const wanted = endpoints * events;
  const memory: number[] = [];
  const startedAt = performance.now();
  let saidAt = startedAt;
  const emitting = emit(ground, events);
  const got = await whenReceived(ground, ({ distinct }) => distinct >= wanted, {
    timeoutMs: PATIENCE_MS,
    pollMs: 1_000,
    onPoll: ({ distinct, wrong }) => {
      memory.push(residentMegabytes(host.child.pid));
      if (performance.now() - saidAt < SAY_EVERY_MS) return;
      saidAt = performance.now();
      const rate = (distinct * 1000) / (saidAt - startedAt);
      const left = rate > 0 ? round((wanted - distinct) / rate / 60, 1) : '?';
      context.say(
        `${distinct} of ${wanted}, ${round(rate, 0)}/s, ${left} min left, ${wrong} wrong, host ${round(memory.at(-1) ?? 0, 0)} MB, Azurite ${round(residentMegabytes(ground.storage.child.pid), 0)} MB`,
      );
    },
  });
  await emitting;
  await whenSettled(ground);
  const seconds = (performance.now() - startedAt) / 1000;
  await ground.queues.close();
  const quarters = [0, 1, 2, 3].map((at) =>
    median(memory.slice(Math.floor((memory.length * at) / 4), Math.floor((memory.length * (at + 1)) / 4))),
  );
  const isFlat = (quarters[3] ?? 0) <= FLAT * (quarters[1] ?? 0);
  return {
    figure: `webhooks: ${endpoints} × ${events}`,
    value: round(wanted / seconds, 0),
    unit: 'deliveries/s',
    target: 'completes, memory flat, 0 lost, 0 wrong signature',
    met: got.distinct === wanted && got.wrong === 0 && isFlat,
    details: {
      seconds: round(seconds, 0),
      lost: wanted - got.distinct,
      wrong: got.wrong,
      requests: totalOf(got),
      memoryByQuarterMB: quarters.map((value) => round(value, 0)),
      peakMB: round(Math.max(...memory), 0),
    },
  };
}
