import { expect, test } from 'vitest';
import { createGatherer } from './gatherer.ts';

test('what arrives together is one batch, what arrives meanwhile the next, no more than the size', async () => {
  const gate = Promise.withResolvers<void>();
  const batches: (readonly number[])[] = [];
  const gatherer = createGatherer<number>(
    async (items) => {
      batches.push(items);
      if (batches.length === 1) await gate.promise;
    },
    { size: 3, windowMs: 5 },
  );

  const first = [1, 2].map((item) => gatherer.add(item));
  await new Promise((resolve) => setTimeout(resolve, 30));
  const second = [3, 4, 5, 6].map((item) => gatherer.add(item));
  const before = [...batches];
  gate.resolve();
  await Promise.all([...first, ...second]);

  expect(before).toEqual([[1, 2]]);
  expect(batches).toEqual([[1, 2], [3, 4, 5], [6]]);
});

test('flush gives back what has no batch yet', async () => {
  const batches: (readonly number[])[] = [];
  const gatherer = createGatherer<number>(async (items) => void batches.push(items), {
    size: 3,
    windowMs: 5,
  });

  const added = gatherer.add(1);
  const rest = gatherer.flush();
  await added;
  await new Promise((resolve) => setTimeout(resolve, 20));

  expect([rest, batches]).toEqual([[1], []]);
});
