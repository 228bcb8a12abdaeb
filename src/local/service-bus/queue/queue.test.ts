import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message, Settlement } from './message.ts';
import type { QueueRules } from './ports.ts';
import { MessageQueue } from './queue.ts';
import { type RecordingJournal, recordingJournal } from './testing.ts';

const RULES: QueueRules = {
  lockDuration: 50,
  maxDeliveryCount: 3,
  defaultTimeToLive: 400,
  deadLetterOnExpiration: true,
  duplicateWindow: undefined,
  requiresSession: false,
  maxBytes: 1_000_000,
};

type World = { queue: MessageQueue; dead: MessageQueue; journal: RecordingJournal };

function world(overrides: Partial<QueueRules> = {}, journal = recordingJournal()): World {
  const rules = { ...RULES, ...overrides };
  let token = 0;
  const identities = { ...journal.identities, lockToken: () => `token-${++token}` };
  const dead = new MessageQueue({
    rules: { ...rules, requiresSession: false, defaultTimeToLive: Number.POSITIVE_INFINITY },
    journal: journal.of('dead'),
    identities,
    deadLetters: undefined,
  });
  const queue = new MessageQueue({ rules, journal: journal.of('main'), identities, deadLetters: dead });
  return { queue, dead, journal };
}

function incoming(overrides: object = {}) {
  return {
    payload: Buffer.from('payload'),
    messageId: undefined,
    sessionId: undefined,
    timeToLive: Number.POSITIVE_INFINITY,
    scheduledFor: undefined,
    ...overrides,
  };
}

function takeNext(queue: MessageQueue, now: number, sessionId?: string): Message | undefined {
  const message = queue.next(sessionId);
  if (message !== undefined) queue.take(message, false, now);
  return message;
}

type Step =
  | { do: 'send'; delay: number; ttl: number; session: string }
  | { do: 'wait'; time: number }
  | { do: 'receive'; session: string }
  | { do: 'settle'; pick: number; settlement: Settlement }
  | { do: 'renew'; pick: number }
  | { do: 'accept'; session: string }
  | { do: 'release'; pick: number };

const session = fc.constantFrom('a', 'b', 'c');
const settlement = fc
  .constantFrom<Settlement['kind']>('complete', 'release', 'abandon', 'defer', 'deadLetter')
  .map((kind): Settlement => ({ kind }));
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('send' as const),
    delay: fc.nat(80),
    ttl: fc.integer({ min: 1, max: 600 }),
    session,
  }),
  fc.record({ do: fc.constant('wait' as const), time: fc.nat(70) }),
  fc.record({ do: fc.constant('receive' as const), session }),
  fc.record({ do: fc.constant('settle' as const), pick: fc.nat(), settlement }),
  fc.record({ do: fc.constant('renew' as const), pick: fc.nat() }),
  fc.record({ do: fc.constant('accept' as const), session }),
  fc.record({ do: fc.constant('release' as const), pick: fc.nat() }),
);

/** Runs the steps and checks after each what must hold whatever happened. */
function run(steps: readonly Step[], requiresSession: boolean): void {
  const { queue, dead, journal } = world({ requiresSession });
  const tokens: string[] = [];
  const locks: { sessionId: string; holder: string; until: number }[] = [];
  let now = 1_000;

  function perform(one: Step): void {
    const token = 'pick' in one ? tokens[one.pick % Math.max(tokens.length, 1)] : undefined;
    if (one.do === 'send') {
      const scheduledFor = one.delay < 40 ? undefined : now + one.delay;
      queue.enqueue([incoming({ scheduledFor, timeToLive: one.ttl, sessionId: one.session })], now);
    }
    if (one.do === 'wait') now += one.time;
    if (one.do === 'receive') {
      const message = takeNext(queue, now, requiresSession ? one.session : undefined);
      if (message?.lock !== undefined) tokens.push(message.lock.token);
    }
    if (one.do === 'settle' && token !== undefined) queue.settle(token, one.settlement);
    if (one.do === 'renew' && token !== undefined) queue.renewLock(token, now);
    if (one.do === 'accept' && requiresSession) {
      const accepted = queue.acceptSession(one.session, 'holder', now);
      if (accepted.ok) locks.push(accepted.value);
    }
    const lock = one.do === 'release' ? locks[one.pick % Math.max(locks.length, 1)] : undefined;
    if (lock !== undefined) queue.releaseSession(lock);
  }

  for (const one of steps) {
    perform(one);
    queue.advance(now);
    check();
  }

  function check(): void {
    const counts = queue.counts();
    const held = [...queue.peek(0, 1_000, undefined), ...dead.peek(0, 1_000, undefined)];
    const live = tokens.filter((token) => queue.holds(token));
    expect(queue.nextDeadline()).toBeGreaterThan(now);
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(live).toHaveLength(counts.locked);
    expect(held.filter((message) => message.lock !== undefined)).toHaveLength(counts.locked);
    expect(held.every((message) => message.deliveryCount <= 3)).toBe(true);
    expect(new Set(held.map((message) => message.sequenceNumber)).size).toBe(held.length);
    expect(queue.bytes).toBe(held.length * 'payload'.length);
    expect(journal.contents()).toEqual(held.map(withoutLock).toSorted((a, b) => a.id - b.id));
  }
}

function withoutLock(message: Message) {
  return { ...message, lock: undefined };
}

describe('whatever is done', () => {
  it.each([false, true])('a queue loses nothing and locks nothing twice; sessions: %s', (requiresSession) => {
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => run(steps, requiresSession));

    const outcome = fc.check(property, { numRuns: 300 });

    expect(outcome.counterexample).toBeNull();
  });

  it('messages come in the order they were sent, abandoned ones at their old place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.array(fc.nat()), (count, abandoned) => {
        const { queue } = world({ maxDeliveryCount: 1_000 });
        queue.enqueue(
          Array.from({ length: count }, () => incoming()),
          0,
        );
        const first = Array.from({ length: count }, () => takeNext(queue, 0));
        const picks = new Set(abandoned.map((pick) => pick % count));
        for (const pick of picks) queue.settle(first[pick]?.lock?.token ?? '', { kind: 'abandon' });

        const again = [...picks].map(() => takeNext(queue, 0)?.sequenceNumber);

        expect(first.map((message) => message?.sequenceNumber)).toEqual(
          Array.from({ length: count }, (_, index) => index + 1),
        );
        expect(again).toEqual([...picks].toSorted((a, b) => a - b).map((pick) => pick + 1));
      }),
    );
  });
});

describe('enqueue', () => {
  it('takes a batch whole or not at all', () => {
    const { queue } = world({ maxBytes: 20 });

    const result = queue.enqueue([incoming(), incoming(), incoming()], 0);

    expect(result).toEqual({ ok: false, code: 'queueFull' });
    expect(queue.counts().active).toBe(0);
  });

  it('refuses a batch with a message that lacks its session', () => {
    const { queue } = world({ requiresSession: true });

    const result = queue.enqueue([incoming({ sessionId: 'a' }), incoming()], 0);

    expect(result).toEqual({ ok: false, code: 'sessionRequired' });
    expect(queue.counts().active).toBe(0);
  });
});
