import { expect, test } from 'vitest';
import { createLimiter } from './limiter.ts';

test('runs no more than the limit at once, in order, and goes on after a failure', async () => {
  const limiter = createLimiter(2);
  const started: number[] = [];
  const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const runs = gates.map((gate, index) =>
    limiter(() => {
      started.push(index);
      return gate.promise;
    }).catch(() => undefined),
  );
  await Promise.resolve();
  const before = [...started];

  gates[1]?.reject(new Error('no'));
  await runs[1];
  await new Promise((resolve) => setImmediate(resolve));
  const after = [...started];
  for (const gate of gates) gate.resolve();
  await Promise.all(runs);

  expect([before, after, started]).toEqual([
    [0, 1],
    [0, 1, 2],
    [0, 1, 2, 3],
  ]);
});
