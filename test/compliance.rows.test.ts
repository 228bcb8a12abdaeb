import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Outcomes, State } from '#features/compliance/evaluation/outcomes.ts';
import type { OutcomeChange } from '#features/compliance/rows/segmentRows.ts';
import { ComplianceStore } from '#features/compliance/rows/store.ts';
import { manualClock, startEmulators } from './support/emulators.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const SEGMENT = '22222222-2222-4222-8222-222222222222';
const REVISION = '00000001';
const CODE = 'abcdefabcdef';
let emulators: Awaited<ReturnType<typeof startEmulators>>;

beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(() => emulators.stop());

function changes(count: number, state: State): OutcomeChange[] {
  const next: Outcomes = new Map([[CODE, { state, since: 1 }]]);
  return Array.from({ length: count }, (_, index) => {
    const key = `key${String(index).padStart(4, '0')}`;
    return { key, id: `/subscriptions/${SEGMENT}/x/${index}`, previous: undefined, next, turns: [] };
  });
}

it('who judges what another has judged meanwhile is told of every row, and writes the others', async () => {
  const [first, second] = [0, 1].map(() =>
    new ComplianceStore(TENANT, { ...emulators, clock: manualClock() }).rows(SEGMENT),
  );
  await first?.commit(changes(150, 'compliant'), REVISION);

  const result = await second?.commit(changes(160, 'nonCompliant'), REVISION);

  expect(result?.conflicts.toSorted()).toEqual(changes(150, 'compliant').map(({ key }) => key));
  const rows = await first?.many(changes(160, 'compliant').map(({ key }) => key));
  const states = [...(rows?.values() ?? [])].map(({ outcomes }) => outcomes.get(CODE)?.state);
  expect(states.filter((state) => state === 'compliant')).toHaveLength(150);
  expect(states.filter((state) => state === 'nonCompliant')).toHaveLength(10);
  const { seq, counts } = (await first?.head()) ?? {};
  expect([seq, Object.keys(counts ?? {}).length > 0]).toEqual([4, true]);
});
