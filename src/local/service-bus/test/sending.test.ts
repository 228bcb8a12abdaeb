import Long from 'long';
import { describe, expect, it } from 'vitest';
import { codeOf, connect, queue, receiveNothing, receiveOne, startBus, until } from './support.ts';

describe('sending and receiving', () => {
  it('carries every property of a message', async () => {
    const { client } = await startBus([queue('orders')]);
    const sent = {
      body: { text: 'naïve ☃', numbers: [1, 2.5, -3] },
      messageId: 'm-1',
      correlationId: 'c-1',
      contentType: 'application/json',
      subject: 'Created',
      to: 'somewhere',
      replyTo: 'elsewhere',
      replyToSessionId: 'r-1',
      partitionKey: 'p-1',
      timeToLive: 60_000,
      applicationProperties: { text: 'x', number: 42, fraction: 0.5, flag: true },
    };

    await client.createSender('orders').sendMessages(sent);
    const received = await receiveOne(client.createReceiver('orders'));

    expect(received).toMatchObject(sent);
    expect(received.deliveryCount).toBe(0);
    expect(received.sequenceNumber?.toNumber()).toBe(1);
    expect(received.state).toBe('active');
    expect(received.lockedUntilUtc?.getTime()).toBeGreaterThan(Date.now() + 25_000);
    expect(received.expiresAtUtc?.getTime()).toBe((received.enqueuedTimeUtc?.getTime() ?? 0) + 60_000);
  });

  it('keeps value, sequence and binary bodies as they are', async () => {
    const { client } = await startBus([queue('orders')]);
    const sender = client.createSender('orders');
    const receiver = client.createReceiver('orders', { skipParsingBodyAsJson: true });

    await sender.sendMessages({ bodyType: 'value', body: { a: [1, 'two'] } });
    await sender.sendMessages({ bodyType: 'sequence', body: [1, 'two', true] });
    await sender.sendMessages({ body: Buffer.from([0, 255, 1]) });
    const bodies = [await receiveOne(receiver), await receiveOne(receiver), await receiveOne(receiver)];

    expect(bodies[0]?.body).toEqual({ a: [1, 'two'] });
    expect(bodies[1]?.body).toEqual([1, 'two', true]);
    expect(Buffer.from(bodies[2]?.body).equals(Buffer.from([0, 255, 1]))).toBe(true);
  });

  it('gives a message without an id an id, which the client needs to renew locks', async () => {
    const { client } = await startBus([queue('orders')]);

    await client.createSender('orders').sendMessages([{ body: 1 }, { body: 2 }]);
    const receiver = client.createReceiver('orders');
    const ids = new Set([(await receiveOne(receiver)).messageId, (await receiveOne(receiver)).messageId]);

    expect(ids.size).toBe(2);
    expect(ids.has(undefined)).toBe(false);
  });

  it('takes apart a batch, in order', async () => {
    const { client, emulator } = await startBus([queue('orders')]);
    const sender = client.createSender('orders');
    const batch = await sender.createMessageBatch();
    for (let body = 0; body < 100; body += 1) batch.tryAddMessage({ body, messageId: `m${body}` });

    await sender.sendMessages(batch);
    const received = await client.createReceiver('orders').receiveMessages(100, { maxWaitTimeInMs: 2_000 });

    expect(batch.maxSizeInBytes).toBe(262_144);
    expect(received.map((message) => message.body)).toEqual(Array.from({ length: 100 }, (_, body) => body));
    expect(emulator.counts()[0]).toMatchObject({ active: 100, locked: 100 });
  });

  it('receives and deletes', async () => {
    const { client, emulator } = await startBus([queue('orders')]);
    await client.createSender('orders').sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
    const receiver = client.createReceiver('orders', { receiveMode: 'receiveAndDelete' });

    const received = await receiver.receiveMessages(2, { maxWaitTimeInMs: 1_000 });

    expect(received.map((message) => message.body)).toEqual([1, 2]);
    expect(emulator.counts()[0]).toMatchObject({ active: 1, locked: 0 });
  });

  it('delivers no more than the credit given', async () => {
    const { client, emulator } = await startBus([queue('orders')]);
    await client.createSender('orders').sendMessages(Array.from({ length: 20 }, (_, body) => ({ body })));
    const release = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;

    const subscription = client.createReceiver('orders').subscribe(
      {
        async processMessage() {
          running += 1;
          most = Math.max(most, running);
          await release.promise;
          running -= 1;
        },
        async processError() {},
      },
      { maxConcurrentCalls: 3 },
    );
    await until(() => running === 3);
    const locked = emulator.counts()[0]?.locked;
    release.resolve();
    await until(() => emulator.counts()[0]?.active === 0);
    await subscription.close();

    expect(locked).toBe(3);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('drains at once when a receiver has waited long enough', async () => {
    const { client } = await startBus([queue('orders')]);
    const receiver = client.createReceiver('orders');
    const sender = client.createSender('orders');

    const started = Date.now();
    const empty = await receiveNothing(receiver, 100);
    const took = Date.now() - started;
    await sender.sendMessages({ body: 'late' });
    const late = await receiveOne(receiver);

    expect(empty).toBe(true);
    expect(took).toBeLessThan(290);
    expect(late.body).toBe('late');
  });

  it('shares a queue among many links on several connections', async () => {
    const { client, emulator } = await startBus([queue('orders')]);
    const other = connect(emulator.connectionString);
    const seen: number[][] = [];
    const receivers = [client, client, other, other].map((one) => one.createReceiver('orders'));
    for (const receiver of receivers) {
      const mine: number[] = [];
      seen.push(mine);
      receiver.subscribe(
        { processMessage: async (message) => void mine.push(message.body), async processError() {} },
        { maxConcurrentCalls: 5 },
      );
    }

    const senders = [client.createSender('orders'), other.createSender('orders')];
    const sends = senders.flatMap((sender, half) =>
      Array.from({ length: 100 }, (_, index) => sender.sendMessages({ body: 100 * half + index })),
    );
    await Promise.all(sends);
    await until(() => emulator.counts()[0]?.active === 0);
    await other.close();

    expect(seen.every((mine) => mine.length > 10)).toBe(true);
    expect(seen.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, body) => body));
  });

  it('delivers within milliseconds to a receiver that waits', async () => {
    const { client } = await startBus([queue('orders')]);
    const sender = client.createSender('orders');
    const arrivals: number[] = [];
    client.createReceiver('orders').subscribe({
      processMessage: async (message) => void arrivals.push(Date.now() - message.body),
      async processError() {},
    });
    await sender.sendMessages({ body: Date.now() });
    await until(() => arrivals.length === 1);

    for (let sent = 2; sent <= 40; sent += 1) {
      await sender.sendMessages({ body: Date.now() });
      await until(() => arrivals.length === sent);
    }

    const median = arrivals.toSorted((a, b) => a - b)[20];
    expect(median).toBeLessThan(20);
  });

  it('peeks without locking, from a sequence number on', async () => {
    const { client, emulator } = await startBus([queue('orders')]);
    const sender = client.createSender('orders');
    await sender.sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
    await sender.scheduleMessages({ body: 4 }, new Date(Date.now() + 60_000));
    const receiver = client.createReceiver('orders');

    const first = await receiver.peekMessages(2);
    const rest = await receiver.peekMessages(10);
    const again = await receiver.peekMessages(1, { fromSequenceNumber: Long.fromNumber(2) });
    const none = await receiver.peekMessages(1, { fromSequenceNumber: Long.fromNumber(99) });

    expect(first.map((message) => message.body)).toEqual([1, 2]);
    expect(rest.map((message) => [message.body, message.state])).toEqual([
      [3, 'active'],
      [4, 'scheduled'],
    ]);
    expect(again[0]?.body).toBe(2);
    expect(none).toEqual([]);
    expect(emulator.counts()[0]).toMatchObject({ active: 3, locked: 0, scheduled: 1 });
  });

  it('knows queues by name without regard to case, and no others', async () => {
    const { client } = await startBus([queue('Orders')]);

    await client.createSender('oRDERS').sendMessages({ body: 1 });
    const received = await receiveOne(client.createReceiver('orders'));
    const sending = await codeOf(client.createSender('nowhere').sendMessages({ body: 1 }));
    const receiving = await codeOf(client.createReceiver('nowhere').receiveMessages(1));

    expect(received.body).toBe(1);
    expect([sending, receiving]).toEqual(['MessagingEntityNotFound', 'MessagingEntityNotFound']);
  });
});
