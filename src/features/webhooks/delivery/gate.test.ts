import { describe, expect, it } from 'vitest';
import { type Admission, Gate } from './gate.ts';

const FREE = { concurrency: 100, ratePerSecond: null };

function gateAt(start = 0) {
  let time = start;
  const gate = new Gate(() => time);
  return { gate, advance: (milliseconds: number) => (time += milliseconds) };
}

function leave(admission: Admission, isOk: boolean): void {
  if (admission.kind !== 'go') throw new Error(`was ${admission.kind}`);
  admission.leave(isOk);
}

async function fail(gate: Gate, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) leave(await gate.enter(FREE, false), false);
}

describe('the circuit', () => {
  it('opens after ten failures, probes with one, and closes with a success', async () => {
    const { gate, advance } = gateAt();
    await fail(gate, 10);

    const refused = await gate.enter(FREE, false);
    advance(5_000);
    const probe = await gate.enter(FREE, false);
    const meanwhile = await gate.enter(FREE, false);
    leave(probe, true);
    const after = await gate.enter(FREE, false);

    expect([refused.kind, probe.kind, meanwhile.kind, after.kind]).toEqual(['wait', 'go', 'wait', 'go']);
    expect(refused.kind === 'wait' && refused.delayMs).toBeGreaterThanOrEqual(5_000);
  });

  it('stays open longer with each probe that fails, five minutes at most', async () => {
    const { gate, advance } = gateAt();
    await fail(gate, 10);
    const pauses: number[] = [];
    for (let probe = 0; probe < 8; probe += 1) {
      let waited = 0;
      for (let admission = await gate.enter(FREE, false); ; admission = await gate.enter(FREE, false)) {
        if (admission.kind === 'go') {
          admission.leave(false);
          break;
        }
        advance(1_000);
        waited += 1;
      }
      pauses.push(waited);
    }

    expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
  });
});

describe('concurrency', () => {
  it('lets the next in when one leaves, and a second leave of the same counts for nothing', async () => {
    const { gate, advance } = gateAt();
    const limits = { concurrency: 1, ratePerSecond: null };
    const first = await gate.enter(limits, false);

    const second = gate.enter(limits, false);
    leave(first, true);
    leave(first, false);

    expect((await second).kind).toBe('go');
    advance(300);
    expect((await gate.enter(limits, false)).kind).toBe('wait');
  });

  it('keeps nobody waiting behind a slow one, and spreads the backlog', async () => {
    const { gate, advance } = gateAt();
    const limits = { concurrency: 1, ratePerSecond: null };
    await gate.enter(limits, false);
    advance(300);
    const startedAt = performance.now();

    const waits = await Promise.all(Array.from({ length: 100 }, async () => gate.enter(limits, false)));

    expect(performance.now() - startedAt).toBeLessThan(100);
    const times = waits.map((wait) => (wait.kind === 'wait' ? wait.delayMs : 0));
    expect(new Set(times).size).toBe(100);
    expect([Math.min(...times), Math.max(...times)]).toEqual([500, 500 + 99 * 300]);
  });
});

describe('a place', () => {
  it('that is handed on cannot be taken by who comes at the same moment', async () => {
    const { gate } = gateAt();
    const limits = { concurrency: 1, ratePerSecond: null };
    const first = await gate.enter(limits, false);
    let inside = 0;
    let most = 0;
    const visit = async () => {
      const admission = await gate.enter(limits, false);
      if (admission.kind !== 'go') return;
      inside += 1;
      most = Math.max(most, inside);
      await Promise.resolve();
      inside -= 1;
      admission.leave(true);
    };

    const waiting = Array.from({ length: 5 }, visit);
    leave(first, true);
    await Promise.all([...waiting, ...Array.from({ length: 5 }, visit)]);

    expect(most).toBe(1);
  });

  it('is nobody’s where this instance has no share', async () => {
    const { gate } = gateAt();

    const admission = await gate.enter({ concurrency: 0, ratePerSecond: null }, false);

    expect(admission).toMatchObject({ kind: 'wait', isAdmitted: false });
  });
});

describe('the rate', () => {
  it('has given no time to what waits for the circuit', async () => {
    const { gate } = gateAt();
    await fail(gate, 10);

    const admission = await gate.enter({ concurrency: 100, ratePerSecond: 10 }, false);

    expect(admission).toMatchObject({ kind: 'wait', isAdmitted: false });
  });

  it('gives each its own time, and is not asked twice', async () => {
    const { gate } = gateAt(1_000);
    const limits = { concurrency: 100, ratePerSecond: 10 };

    const admissions = [
      await gate.enter(limits, false),
      await gate.enter(limits, false),
      await gate.enter(limits, false),
    ];

    expect(admissions.map((each) => (each.kind === 'wait' ? each.delayMs : each.kind))).toEqual([
      'go',
      100,
      200,
    ]);
    expect((await gate.enter(limits, true)).kind).toBe('go');
  });
});

it('a gate that was closed lets nobody in', async () => {
  const { gate } = gateAt();

  gate.close();

  expect([(await gate.enter(FREE, false)).kind, gate.signal.aborted]).toEqual(['closed', true]);
});
