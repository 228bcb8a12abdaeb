import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startServiceBus } from '../index.ts';
import {
  codeOf,
  connect,
  exitOf,
  queue,
  receiveOne,
  startBus,
  startProcess,
  temporaryDirectory,
  until,
} from './support.ts';

describe('a restart', () => {
  it('keeps messages in every state, their counts, duplicates and session states', async () => {
    const directory = temporaryDirectory();
    const queues = [
      queue('orders', { duplicateDetectionWindowSeconds: 60 }),
      queue('steps', { requiresSession: true }),
    ];
    const before = await startServiceBus({ port: 0, dataDir: directory, queues });
    const client = connect(before.connectionString);
    const sender = client.createSender('orders');
    const receiver = client.createReceiver('orders');
    await sender.sendMessages(
      ['locked', 'deferred', 'dead', 'active'].map((body) => ({ body, messageId: body })),
    );
    await sender.scheduleMessages({ body: 'scheduled', messageId: 's' }, new Date(Date.now() + 60_000));
    await receiver.abandonMessage(await receiveOne(receiver));
    const [, deferred, dead] = await receiver.receiveMessages(3, { maxWaitTimeInMs: 1_000 });
    if (deferred === undefined || dead === undefined) throw new Error('Three messages are expected.');
    await receiver.deferMessage(deferred);
    await receiver.deadLetterMessage(dead, { deadLetterReason: 'Bad', deadLetterErrorDescription: 'x' });
    const session = await client.acceptSession('steps', 'a');
    await session.setSessionState('half way');
    await client.close();
    await before.close();

    const after = await startBus(queues, directory);
    const again = after.client.createReceiver('orders');
    const counts = after.emulator.counts()[0];
    await after.client.createSender('orders').sendMessages({ body: 'twice', messageId: 'active' });
    const [locked, active] = await again.receiveMessages(3, { maxWaitTimeInMs: 200 });
    const [later] = await again.receiveDeferredMessages(deferred.sequenceNumber ?? []);
    const deadLetter = await receiveOne(
      after.client.createReceiver('orders', { subQueueType: 'deadLetter' }),
    );
    const state = await (await after.client.acceptSession('steps', 'a')).getSessionState();

    expect(counts).toMatchObject({ active: 2, scheduled: 1, deferred: 1, deadLettered: 1, locked: 0 });
    expect([locked?.body, locked?.deliveryCount, active?.body]).toEqual(['locked', 1, 'active']);
    expect(later?.body).toBe('deferred');
    expect(deadLetter).toMatchObject({ body: 'dead', deadLetterReason: 'Bad' });
    expect(state).toBe('half way');
    expect(after.emulator.counts()[0]?.active).toBe(2);
  });

  it('never gives out a sequence number twice', async () => {
    const directory = temporaryDirectory();
    const numbers: number[] = [];

    for (let run = 0; run < 3; run += 1) {
      const emulator = await startServiceBus({ port: 0, dataDir: directory, queues: [queue('orders')] });
      const client = connect(emulator.connectionString);
      await client.createSender('orders').sendMessages({ body: run });
      const receiver = client.createReceiver('orders', { receiveMode: 'receiveAndDelete' });
      numbers.push((await receiveOne(receiver)).sequenceNumber?.toNumber() ?? 0);
      await client.close();
      await emulator.close();
    }

    expect(new Set(numbers).size).toBe(3);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  it('lets the client go on: receivers reconnect, senders too', async () => {
    const queues = [queue('orders')];
    const directory = temporaryDirectory();
    const before = await startServiceBus({ port: 0, dataDir: directory, queues });
    const client = connect(before.connectionString);
    const bodies: string[] = [];
    client.createReceiver('orders').subscribe({
      processMessage: async (message) => void bodies.push(message.body),
      async processError() {},
    });
    const sender = client.createSender('orders');
    await sender.sendMessages({ body: 'before' });
    await until(() => bodies.length === 1);

    await before.close();
    const after = await startServiceBus({ port: before.port, dataDir: directory, queues });
    await sender.sendMessages({ body: 'after' });
    await until(() => bodies.length === 2);
    await client.close();
    await after.close();

    expect(bodies).toEqual(['before', 'after']);
  });
});

describe('kill -9', () => {
  const declared = JSON.stringify([queue('orders')]);

  it('loses nothing that was confirmed and stores nothing twice', async () => {
    const directory = temporaryDirectory();
    const confirmed = new Set<string>();
    const sending: Promise<void>[] = [];
    for (let run = 0; run < 3; run += 1) {
      const started = await startProcess(['--data-dir', directory, '--queues', declared]);
      const client = connect(started.connectionString, 500);
      const sender = client.createSender('orders');
      const lanes = Array.from({ length: 16 }, async (_, lane) => {
        for (let count = 0; ; count += 1) {
          const messageId = `${run}-${lane}-${count}`;
          if ((await codeOf(sender.sendMessages({ body: messageId, messageId }))) !== 'no error') return;
          confirmed.add(messageId);
        }
      });
      sending.push(...lanes);
      await delay(300 + 100 * run);
      const ended = exitOf(started.process);
      started.process.kill('SIGKILL');
      await ended;
      await client.close();
    }
    await Promise.all(sending);

    const { emulator, client } = await startBus([queue('orders')], directory);
    const expected = emulator.counts()[0]?.active ?? 0;
    const receiver = client.createReceiver('orders', { receiveMode: 'receiveAndDelete' });
    const received: string[] = [];
    while (received.length < expected) {
      const messages = await receiver.receiveMessages(1_000, { maxWaitTimeInMs: 1_000 });
      received.push(...messages.map((message) => message.body));
    }

    const found = new Set(received);
    expect(confirmed.size).toBeGreaterThan(100);
    expect([...confirmed].filter((id) => !found.has(id))).toEqual([]);
    expect(found.size).toBe(received.length);
    expect(received.length - confirmed.size).toBeLessThanOrEqual(3 * 16);
  });

  it('brings nothing back whose completion was confirmed', async () => {
    const directory = temporaryDirectory();
    const first = await startProcess(['--data-dir', directory, '--queues', declared]);
    const client = connect(first.connectionString);
    const ids = Array.from({ length: 1_500 }, (_, index) => `m${index}`);
    await client.createSender('orders').sendMessages(ids.map((id) => ({ body: id, messageId: id })));
    const completed = new Set<string>();
    const receiver = client.createReceiver('orders');
    const messages = await receiver.receiveMessages(1_400, { maxWaitTimeInMs: 3_000 });
    const completing = messages.map(async (message) => {
      if ((await codeOf(receiver.completeMessage(message))) === 'no error') completed.add(message.body);
    });
    await until(() => completed.size > 50);
    first.process.kill('SIGKILL');
    await exitOf(first.process);
    await client.close();
    await Promise.all(completing);

    const left = idsIn(directory);

    expect(completed.size).toBeGreaterThan(50);
    expect(left.filter((id) => completed.has(id))).toEqual([]);
    expect(new Set([...left, ...completed]).size).toBeLessThanOrEqual(ids.length);
    expect(left.length + completed.size).toBeLessThanOrEqual(ids.length);
  });
});

describe('a disk that fails', () => {
  it('ends the process with one line, with nothing confirmed that is not stored', async () => {
    const directory = temporaryDirectory();
    const queues = [queue('orders')];
    await (await startServiceBus({ port: 0, dataDir: directory, queues })).close();
    const database = new DatabaseSync(join(directory, 'service-bus.db'));
    database.exec(`CREATE TRIGGER full BEFORE INSERT ON messages WHEN (SELECT count(*) FROM messages) = 3
      BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END`);
    database.close();
    const started = await startProcess(['--data-dir', directory, '--queues', JSON.stringify(queues)]);
    const errors = started.process.stderr?.toArray();
    const ended = exitOf(started.process);
    const client = connect(started.connectionString, 300);
    const sender = client.createSender('orders');
    const codes: unknown[] = [];

    for (let body = 0; body < 4; body += 1) codes.push(await codeOf(sender.sendMessages({ body })));
    const code = await ended;
    await client.close();

    expect(codes.filter((one) => one === 'no error')).toHaveLength(3);
    expect(code).toBe(1);
    expect((await errors)?.join('')).toMatch(/^The Service Bus data in .* cannot be used: .*disk is full\n$/);
    expect(idsIn(directory)).toHaveLength(3);
  });
});

/** Reads the bodies straight from the store. */
function idsIn(directory: string): string[] {
  const database = new DatabaseSync(join(directory, 'service-bus.db'));
  const rows = database.prepare('SELECT payload FROM messages').all();
  database.close();
  return rows.map(
    (row) => /"(m\d+)"/.exec(Buffer.from(row.payload as Uint8Array).toString('latin1'))?.[1] ?? '',
  );
}
