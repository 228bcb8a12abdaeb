import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { codeOf, connect, queue, receiveOne, startBus } from './support.ts';

const ORDERS = queue('orders', { requiresSession: true });

describe('sessions', () => {
  it('delivers a session to its holder, in order', async () => {
    const { client } = await startBus([ORDERS]);
    const sender = client.createSender('orders');
    await sender.sendMessages([
      { body: 1, sessionId: 'a' },
      { body: 2, sessionId: 'b' },
      { body: 3, sessionId: 'a' },
    ]);

    const receiver = await client.acceptSession('orders', 'a');
    const messages = await receiver.receiveMessages(10, { maxWaitTimeInMs: 200 });

    expect(receiver.sessionId).toBe('a');
    expect(receiver.sessionLockedUntilUtc.getTime()).toBeGreaterThan(Date.now() + 25_000);
    expect(messages.map((message) => [message.body, message.sessionId])).toEqual([
      [1, 'a'],
      [3, 'a'],
    ]);
  });

  it('gives one session to one holder at a time', async () => {
    const { client } = await startBus([ORDERS]);
    await client.createSender('orders').sendMessages({ body: 1, sessionId: 'a' });

    const first = await client.acceptSession('orders', 'a');
    const second = await codeOf(client.acceptSession('orders', 'a'));
    await first.close();
    const third = await client.acceptSession('orders', 'a');

    expect(second).toBe('SessionCannotBeLocked');
    expect((await receiveOne(third)).deliveryCount).toBe(0);
  });

  it('accepts the next session, waiting for one if need be', async () => {
    const { client } = await startBus([ORDERS]);
    const sender = client.createSender('orders');
    await sender.sendMessages({ body: 1, sessionId: 'a' });

    const first = await client.acceptNextSession('orders');
    const waiting = client.acceptNextSession('orders');
    await delay(100);
    await sender.sendMessages({ body: 2, sessionId: 'b' });
    const second = await waiting;

    expect([first.sessionId, second.sessionId]).toEqual(['a', 'b']);
    expect((await receiveOne(second)).body).toBe(2);
  });

  it('says so when no session comes in time', async () => {
    const { emulator } = await startBus([ORDERS]);
    const hasty = connect(emulator.connectionString, 200);

    const code = await codeOf(hasty.acceptNextSession('orders'));
    await hasty.close();

    expect(code).toBe('ServiceTimeout');
  });

  it('keeps the state of a session', async () => {
    const { client } = await startBus([ORDERS]);
    const first = await client.acceptSession('orders', 'a');

    const before = await first.getSessionState();
    await first.setSessionState({ step: 2 });
    await first.close();
    const second = await client.acceptSession('orders', 'a');

    expect(before).toBeNull();
    expect(await second.getSessionState()).toEqual({ step: 2 });
  });

  it('loses the session when its lock runs out, and counts the delivery', async () => {
    const { client, emulator } = await startBus([{ ...ORDERS, lockDurationSeconds: 0.3 }]);
    await client.createSender('orders').sendMessages({ body: 1, sessionId: 'a' });
    const lazy = await client.acceptSession('orders', 'a', { maxAutoLockRenewalDurationInMs: 0 });
    const message = await receiveOne(lazy);

    await delay(400);
    const late = await codeOf(lazy.completeMessage(message));
    const other = connect(emulator.connectionString);
    const eager = await other.acceptSession('orders', 'a', { maxAutoLockRenewalDurationInMs: 0 });
    const again = await receiveOne(eager);
    await other.close();

    expect(late).toBe('SessionLockLost');
    expect(again.deliveryCount).toBe(1);
  });

  it('keeps a session whose lock is renewed', async () => {
    const { client, emulator } = await startBus([{ ...ORDERS, lockDurationSeconds: 0.4 }]);
    await client.createSender('orders').sendMessages({ body: 1, sessionId: 'a' });
    const receiver = await client.acceptSession('orders', 'a', { maxAutoLockRenewalDurationInMs: 0 });
    const message = await receiveOne(receiver);

    for (let renewal = 0; renewal < 4; renewal += 1) {
      await delay(200);
      await receiver.renewSessionLock();
    }
    await receiver.completeMessage(message);

    expect(emulator.counts()[0]).toMatchObject({ active: 0, locked: 0 });
  });

  it('defers, dead-letters and peeks within a session', async () => {
    const { client, emulator } = await startBus([ORDERS]);
    await client.createSender('orders').sendMessages([
      { body: 1, sessionId: 'a' },
      { body: 2, sessionId: 'b' },
      { body: 3, sessionId: 'a' },
    ]);
    const receiver = await client.acceptSession('orders', 'a');
    const peeked = await receiver.peekMessages(10);
    const first = await receiveOne(receiver);
    await receiver.deferMessage(first);
    const second = await receiveOne(receiver);

    await receiver.deadLetterMessage(second, { deadLetterReason: 'Bad', deadLetterErrorDescription: 'x' });
    const [deferred] = await receiver.receiveDeferredMessages(first.sequenceNumber ?? []);
    if (deferred !== undefined) await receiver.completeMessage(deferred);
    const dead = await receiveOne(client.createReceiver('orders', { subQueueType: 'deadLetter' }));

    expect(peeked.map((message) => message.body)).toEqual([1, 3]);
    expect(deferred?.body).toBe(1);
    expect(dead).toMatchObject({ body: 3, sessionId: 'a', deadLetterReason: 'Bad' });
    expect(emulator.counts()[0]).toMatchObject({ active: 1, deferred: 0, deadLettered: 1 });
  });

  it('refuses messages and receivers without a session, and sessions elsewhere', async () => {
    const { client } = await startBus([ORDERS, queue('plain')]);

    const message = await codeOf(client.createSender('orders').sendMessages({ body: 1 }));
    const receiver = await codeOf(
      client.createReceiver('orders').receiveMessages(1, { maxWaitTimeInMs: 100 }),
    );
    const session = await codeOf(client.acceptSession('plain', 'a'));

    expect(message).toBe('GeneralError');
    expect(receiver).not.toBe('no error');
    expect(session).toBe('SessionCannotBeLocked');
  });
});
