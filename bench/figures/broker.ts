import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { inOwnProcess } from '../support/ownProcess.ts';
import { type Parts, withParts } from '../support/parts.ts';
import { median, round } from '../support/stats.ts';

/** The Service Bus emulator through the official client, durable, each in a process of its own. */
export const broker: Figure = {
  name: 'broker',
  summary: 'Service Bus emulator: send + receive + complete through the official client',
  run: async function* (context) {
    yield await withParts((parts) => measure(parts, context));
  },
};

async function measure(parts: Parts, context: BenchContext): Promise<Measurement> {
  const { connectionString } = await parts.bus();
  const messages = context.isQuick ? 5_000 : 20_000;
  const rates: number[] = [];
  const sendRates: number[] = [];
  for (let index = 0; index < 3; index += 1) {
    const input = { connectionString, queue: 'sync', messages };
    const { milliseconds, sendMilliseconds } = await inOwnProcess('broker', input, context);
    rates.push((messages / milliseconds) * 1000);
    sendRates.push((messages / sendMilliseconds) * 1000);
    context.say(`${round(rates.at(-1) ?? 0, 0)} messages/s`);
  }
  const rate = median(rates);
  return {
    figure: 'Service Bus emulator, durable',
    value: round(rate, 0),
    unit: 'messages/s',
    target: '≥ 2,000 messages/s',
    met: rate >= 2000,
    details: {
      messages,
      bodyBytes: 500,
      runs: rates.map((value) => round(value, 0)),
      sentWhileReceiving: sendRates.map((value) => round(value, 0)),
    },
  };
}
