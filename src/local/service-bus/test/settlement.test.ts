import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { describe, expect, it } from 'vitest';
import { codeOf, queue, receiveNothing, receiveOne, startBus, until } from './support.ts';

function sequenceNumberOf(message: ServiceBusReceivedMessage) {
  if (message.sequenceNumber === undefined) throw new Error('The message has no sequence number.');
  return message.sequenceNumber;
}

describe('settling', () => {
  it('completes', async () => {
    const { client, emulator } = await startBus([queue('orders')]);
    await client.createSender('orders').sendMessages({ body: 1 });
    const receiver = client.createReceiver('orders');

    await receiver.completeMessage(await receiveOne(receiver));

    expect(emulator.counts()[0]).toMatchObject({ active: 0, locked: 0, deadLettered: 0 });
  });

  it('gives an abandoned message to the next receiver, with changed properties', async () => {
    const { client } = await startBus([queue('orders')]);
    await client
      .createSender('orders')
      .sendMessages([{ body: 1, applicationProperties: { kept: 7, changed: 'before' } }, { body: 2 }]);
    const receiver = client.createReceiver('orders');
    const first = await receiveOne(receiver);

    await receiver.abandonMessage(first, { changed: 'after', added: true });
    const again = await receiveOne(receiver);

    expect(again).toMatchObject({
      body: 1,
      deliveryCount: 1,
      messageId: first.messageId,
      applicationProperties: { kept: 7, changed: 'after', added: true },
    });
    expect(again.lockToken).not.toBe(first.lockToken);
  });

  it('dead-letters with reason, description and properties', async () => {
    const { client, emulator } = await startBus([queue('orders')]);
    await client.createSender('orders').sendMessages({ body: { id: 7 }, correlationId: 'c' });
    const receiver = client.createReceiver('orders');
    const deadLetters = client.createReceiver('orders', { subQueueType: 'deadLetter' });

    await receiver.deadLetterMessage(await receiveOne(receiver), {
      deadLetterReason: 'Invalid',
      deadLetterErrorDescription: 'No price',
      attempt: 3,
    });
    const counts = emulator.counts()[0];
    const dead = await receiveOne(deadLetters);
    await deadLetters.completeMessage(dead);

    expect(counts).toMatchObject({ active: 0, deadLettered: 1 });
    expect(dead).toMatchObject({
      body: { id: 7 },
      correlationId: 'c',
      deadLetterReason: 'Invalid',
      deadLetterErrorDescription: 'No price',
      applicationProperties: { attempt: 3 },
    });
    expect(emulator.counts()[0]?.deadLettered).toBe(0);
  });

  it('wakes a receiver that waits at the dead-letter queue', async () => {
    const { client } = await startBus([queue('orders')]);
    await client.createSender('orders').sendMessages({ body: 1 });
    const receiver = client.createReceiver('orders');
    const waiting = receiveOne(client.createReceiver('orders', { subQueueType: 'deadLetter' }));

    await receiver.deadLetterMessage(await receiveOne(receiver));

    await expect(waiting).resolves.toMatchObject({ body: 1 });
  });

  it('dead-letters after the maximum of deliveries', async () => {
    const { client } = await startBus([queue('orders', { maxDeliveryCount: 2 })]);
    await client.createSender('orders').sendMessages({ body: 1 });
    const receiver = client.createReceiver('orders');

    await receiver.abandonMessage(await receiveOne(receiver));
    await receiver.abandonMessage(await receiveOne(receiver));
    const nothingLeft = await receiveNothing(receiver);
    const dead = await receiveOne(client.createReceiver('orders', { subQueueType: 'deadLetter' }));

    expect(nothingLeft).toBe(true);
    expect(dead.deadLetterReason).toBe('MaxDeliveryCountExceeded');
    expect(dead.deliveryCount).toBe(2);
  });

  it('defers, and hands out by sequence number only', async () => {
    const { client, emulator } = await startBus([queue('orders')]);
    await client.createSender('orders').sendMessages({ body: 'later' });
    const receiver = client.createReceiver('orders');
    const message = await receiveOne(receiver);
    const sequenceNumber = sequenceNumberOf(message);

    await receiver.deferMessage(message, { why: 'order' });
    const hidden = await receiveNothing(receiver);
    const counts = emulator.counts()[0];
    const [deferred] = await receiver.receiveDeferredMessages(sequenceNumber);
    const twice = await codeOf(receiver.receiveDeferredMessages(sequenceNumber));
    if (deferred === undefined) throw new Error('The deferred message was not there.');
    await receiver.completeMessage(deferred);

    expect(hidden).toBe(true);
    expect(counts).toMatchObject({ active: 0, deferred: 1 });
    expect(deferred).toMatchObject({
      body: 'later',
      state: 'deferred',
      applicationProperties: { why: 'order' },
    });
    expect(twice).toBe('MessageNotFound');
    expect(emulator.counts()[0]?.deferred).toBe(0);
  });

  it('receives and deletes a deferred message', async () => {
    const { client, emulator } = await startBus([queue('orders')]);
    await client.createSender('orders').sendMessages({ body: 'later' });
    const receiver = client.createReceiver('orders');
    const message = await receiveOne(receiver);
    await receiver.deferMessage(message);
    const deleting = client.createReceiver('orders', { receiveMode: 'receiveAndDelete' });

    const [deferred] = await deleting.receiveDeferredMessages(sequenceNumberOf(message));

    expect(deferred?.body).toBe('later');
    expect(emulator.counts()[0]?.deferred).toBe(0);
  });

  it('loses the lock when it expires, and counts the delivery', async () => {
    const { client } = await startBus([queue('orders', { lockDurationSeconds: 0.3 })]);
    await client.createSender('orders').sendMessages({ body: 1 });
    const receiver = client.createReceiver('orders', { maxAutoLockRenewalDurationInMs: 0 });
    const first = await receiveOne(receiver);
    const lockedAt = Date.now();

    const second = await receiveOne(receiver);
    const waited = Date.now() - lockedAt;
    const late = await codeOf(receiver.completeMessage(first));
    await receiver.completeMessage(second);

    expect(waited).toBeGreaterThan(250);
    expect(waited).toBeLessThan(1_000);
    expect(second.deliveryCount).toBe(1);
    expect(late).toBe('MessageLockLost');
  });

  it('keeps a lock that is renewed', async () => {
    const { client, emulator } = await startBus([queue('orders', { lockDurationSeconds: 0.4 })]);
    await client.createSender('orders').sendMessages({ body: 1 });
    const receiver = client.createReceiver('orders', { maxAutoLockRenewalDurationInMs: 0 });
    const message = await receiveOne(receiver);

    for (let renewal = 0; renewal < 4; renewal += 1) {
      await delay(200);
      const until = await receiver.renewMessageLock(message);
      expect(until.getTime()).toBeGreaterThan(Date.now() + 300);
    }
    await receiver.completeMessage(message);

    expect(emulator.counts()[0]).toMatchObject({ active: 0, deadLettered: 0 });
  });

  it('refuses to renew a lock that is lost', async () => {
    const { client } = await startBus([queue('orders')]);
    await client.createSender('orders').sendMessages({ body: 1 });
    const receiver = client.createReceiver('orders');
    const message = await receiveOne(receiver);
    await receiver.completeMessage(message);

    const code = await codeOf(receiver.renewMessageLock(message));

    expect(code).toBe('MessageLockLost');
  });

  it('keeps locks of a closed receiver; they can be settled without the link', async () => {
    const { client, emulator } = await startBus([queue('orders')]);
    await client.createSender('orders').sendMessages([{ body: 1 }, { body: 2 }]);
    const closed = client.createReceiver('orders');
    const [one, two] = [await receiveOne(closed), await receiveOne(closed)];
    await closed.close();
    const open = client.createReceiver('orders');

    const stillLocked = await receiveNothing(open);
    await open.completeMessage(one);
    await open.deadLetterMessage(two, { deadLetterReason: 'Why', deadLetterErrorDescription: 'x' });

    expect(stillLocked).toBe(true);
    expect(emulator.counts()[0]).toMatchObject({ active: 0, deadLettered: 1 });
  });

  it('goes on delivering to a link that never settles', async () => {
    const { client, emulator } = await startBus([
      queue('orders', { lockDurationSeconds: 0.2, maxDeliveryCount: 4 }),
    ]);
    const sender = client.createSender('orders');
    const messages = Array.from({ length: 1_500 }, (_, body) => ({ body, messageId: `m${body}` }));
    await sender.sendMessages(messages);

    client
      .createReceiver('orders', { maxAutoLockRenewalDurationInMs: 0 })
      .subscribe(
        { async processMessage() {}, async processError() {} },
        { autoCompleteMessages: false, maxConcurrentCalls: 500 },
      );
    await until(() => emulator.counts()[0]?.deadLettered === 1_500);

    expect(emulator.counts()[0]?.active).toBe(0);
  });
});
