import { expect, it } from 'vitest';
import { runSoak } from './soak.ts';

const seed = Number(process.env.SOAK_SEED ?? 7);

it(`nothing is lost and nothing is wrong after kills and cuts (seed ${seed})`, {
  timeout: 240_000,
}, async () => {
  const { problems, kills, cuts, events } = await runSoak({
    kills: 12,
    seed,
    estateSize: 300,
    report: () => undefined,
  });

  expect(problems).toEqual([]);
  expect(kills + cuts).toBeGreaterThanOrEqual(12);
  expect(events).toBeGreaterThan(300);
});
