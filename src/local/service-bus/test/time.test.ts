import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { codeOf, queue, receiveNothing, receiveOne, startBus, until } from './support.ts';

describe('scheduling', () => {
  it('delivers at the time, with a new sequence number', async () => {
    const { client, emulator } = await startBus([queue('orders')]);
    const sender = client.createSender('orders');
    const receiver = client.createReceiver('orders');
    const due = Date.now() + 400;

    const [scheduled] = await sender.scheduleMessages({ body: 'later' }, new Date(due));
    const counts = emulator.counts()[0];
    const message = await receiveOne(receiver);
    const late = Date.now() - due;

    expect(counts).toMatchObject({ active: 0, scheduled: 1 });
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(200);
    expect(message.enqueuedTimeUtc?.getTime()).toBeGreaterThanOrEqual(due);
    expect(message.sequenceNumber?.toNumber()).toBeGreaterThan(scheduled?.toNumber() ?? 0);
  });

  it('fires many within 20 ms of their times, at the median', async () => {
    const { client } = await startBus([queue('orders')]);
    const start = Date.now() + 100;
    const times = Array.from({ length: 50 }, (_, index) => start + index * 10);
    const sender = client.createSender('orders');

    for (const time of times) {
      await sender.sendMessages({ body: time, scheduledEnqueueTimeUtc: new Date(time) });
    }
    const received = await client.createReceiver('orders').receiveMessages(50, { maxWaitTimeInMs: 3_000 });

    const delays = received.map((message) => (message.enqueuedTimeUtc?.getTime() ?? 0) - message.body);
    expect(received).toHaveLength(50);
    expect(delays.toSorted((a, b) => a - b)[25]).toBeLessThan(20);
  });

  it('cancels', async () => {
    const { client, emulator } = await startBus([queue('orders')]);
    const sender = client.createSender('orders');
    const [first, second] = await sender.scheduleMessages(
      [{ body: 1 }, { body: 2 }],
      new Date(Date.now() + 200),
    );
    if (first === undefined || second === undefined) throw new Error('Two numbers are expected.');

    await sender.cancelScheduledMessages(first);
    const message = await receiveOne(client.createReceiver('orders'));
    const tooLate = await codeOf(sender.cancelScheduledMessages(second));

    expect(message.body).toBe(2);
    expect(tooLate).toBe('MessageNotFound');
    expect(emulator.counts()[0]).toMatchObject({ active: 1, scheduled: 0 });
  });
});

describe('time to live', () => {
  it('dead-letters what expires', async () => {
    const { client } = await startBus([queue('orders')]);
    await client.createSender('orders').sendMessages({ body: 'old', timeToLive: 100 });

    const dead = await receiveOne(client.createReceiver('orders', { subQueueType: 'deadLetter' }));

    expect(dead).toMatchObject({ body: 'old', deadLetterReason: 'TTLExpiredException' });
  });

  it('drops what expires where the queue does not dead-letter', async () => {
    const { client, emulator } = await startBus([
      queue('orders', { deadLetteringOnMessageExpiration: false, defaultMessageTimeToLiveSeconds: 0.1 }),
    ]);
    await client.createSender('orders').sendMessages({ body: 'old', timeToLive: 60_000 });

    await until(() => emulator.counts()[0]?.active === 0);

    expect(emulator.counts()[0]?.deadLettered).toBe(0);
  });

  it('lets a locked message be completed after its time', async () => {
    const { client, emulator } = await startBus([queue('orders')]);
    await client.createSender('orders').sendMessages({ body: 'old', timeToLive: 150 });
    const receiver = client.createReceiver('orders');
    const message = await receiveOne(receiver);

    await delay(250);
    await receiver.completeMessage(message);

    expect(emulator.counts()[0]).toMatchObject({ active: 0, deadLettered: 0 });
  });
});

describe('duplicate detection', () => {
  it('accepts and drops the second of an id within the window', async () => {
    const { client, emulator } = await startBus([queue('orders', { duplicateDetectionWindowSeconds: 0.3 })]);
    const sender = client.createSender('orders');

    await sender.sendMessages({ body: 1, messageId: 'same' });
    await sender.sendMessages([
      { body: 2, messageId: 'same' },
      { body: 3, messageId: 'other' },
    ]);
    const within = emulator.counts()[0]?.active;
    await delay(350);
    await sender.sendMessages({ body: 4, messageId: 'same' });

    expect(within).toBe(2);
    expect(emulator.counts()[0]?.active).toBe(3);
  });
});

describe('limits', () => {
  it('refuses a message beyond 256 KB', async () => {
    const { client, emulator } = await startBus([queue('orders')]);
    const sender = client.createSender('orders');

    await sender.sendMessages({ body: Buffer.alloc(260_000) });
    const code = await codeOf(sender.sendMessages({ body: Buffer.alloc(270_000) }));
    const scheduled = await codeOf(
      sender.scheduleMessages({ body: Buffer.alloc(270_000) }, new Date(Date.now() + 60_000)),
    );

    expect(code).toBe('MessageSizeExceeded');
    expect(scheduled).toBe('MessageSizeExceeded');
    expect(emulator.counts()[0]?.active).toBe(1);
  });

  it('refuses what a full queue cannot hold, until there is room', async () => {
    const { client } = await startBus([queue('orders', { maxSizeInMegabytes: 0.1 })]);
    const sender = client.createSender('orders');
    const receiver = client.createReceiver('orders', { receiveMode: 'receiveAndDelete' });
    await sender.sendMessages({ body: Buffer.alloc(60_000) });

    const full = await codeOf(sender.sendMessages({ body: Buffer.alloc(60_000) }));
    await receiveOne(receiver);
    const room = await codeOf(sender.sendMessages({ body: Buffer.alloc(60_000) }));
    const empty = await receiveNothing(client.createReceiver('orders', { subQueueType: 'deadLetter' }));

    expect([full, room]).toEqual(['QuotaExceeded', 'no error']);
    expect(empty).toBe(true);
  });
});
