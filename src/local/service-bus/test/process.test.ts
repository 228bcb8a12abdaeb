import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect as connectSocket, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServiceBus } from '../index.ts';
import { connect, exitOf, queue, runProcess, startBus, startProcess, temporaryDirectory } from './support.ts';

const QUEUES = ['--queues', JSON.stringify([queue('orders')])];

describe('the process', () => {
  it('serves the counts and stops on SIGTERM', async () => {
    const started = await startProcess(QUEUES);
    const client = connect(started.connectionString);
    await client.createSender('orders').sendMessages({ body: 1 });

    const status = await (await fetch(started.statusUrl)).json();
    await client.close();
    started.process.kill('SIGTERM');
    const code = await exitOf(started.process);

    expect(status).toEqual({
      queues: [
        {
          name: 'orders',
          active: 1,
          scheduled: 0,
          deferred: 0,
          deadLettered: 0,
          locked: 0,
          oldestEnqueuedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        },
      ],
    });
    expect(code).toBe(0);
  });

  it('stops when its parent closes the pipe', async () => {
    const started = await startProcess(QUEUES);

    started.process.stdin?.end();
    const code = await exitOf(started.process);

    expect(code).toBe(0);
  });

  it('says in one line that the port is busy', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');

    const result = await runProcess(['--port', String((other.address() as AddressInfo).port), ...QUEUES]);

    expect(result).toMatchObject({ code: 1, output: '' });
    expect(result.errors).toMatch(/^The port .* is in use.*\n$/);
  });

  it.each([
    [
      'a corrupt file',
      (directory: string) => writeFileSync(join(directory, 'service-bus.db'), 'x'.repeat(9_000)),
    ],
    [
      'a directory that is a file',
      (directory: string) => {
        rmSync(directory, { recursive: true });
        writeFileSync(directory, '');
      },
    ],
  ])('says in one line that the data cannot be used: %s', async (_, damage) => {
    const directory = temporaryDirectory();
    damage(directory);

    const result = await runProcess(['--data-dir', directory, ...QUEUES]);

    expect(result).toMatchObject({ code: 1, output: '' });
    expect(result.errors).toMatch(/^The Service Bus data in .* cannot be used: .*\n$/);
  });

  it('says in one line that another emulator has the data', async () => {
    const directory = temporaryDirectory();
    await startBus([queue('orders')], directory);

    const result = await runProcess(['--data-dir', directory, ...QUEUES]);

    expect(result.errors).toMatch(/^The Service Bus data in .* cannot be used: database is locked\n$/);
  });

  it.each([
    ['--port', 'x', '--port is not a port number\n'],
    ['--queues', '{', '--queues is not JSON\n'],
    ['--queues', '[{"name":1}]', /^--queues: 0\.name: .*\n$/],
  ])('says in one line what is wrong with %s %s', async (name, value, message) => {
    const result = await runProcess([name, value]);

    expect(result).toMatchObject({ code: 1, output: '' });
    expect(result.errors).toMatch(message);
  });
});

describe('in process', () => {
  it('rejects when the port is busy', async () => {
    const { emulator } = await startBus([queue('orders')]);

    const second = startServiceBus({ port: emulator.port, dataDir: undefined, queues: [] });

    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('outlives connections that speak nonsense or break off', async () => {
    const { emulator, client } = await startBus([queue('orders')]);
    const openings = [
      'GET / HTTP/1.1\r\n\r\n',
      'AMQP\x00\x01\x00\x00\x00\x00\x00\x09\x02\x00\x00\x00\xff',
      'AM',
    ];
    for (const opening of openings) {
      const socket = connectSocket(emulator.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.on('error', () => {});
      socket.write(opening, 'latin1');
      await delay(20);
      socket.resetAndDestroy();
    }

    await client.createSender('orders').sendMessages({ body: 1 });
    await client.createSender('orders').sendMessages({ body: 2 });

    expect(emulator.counts()[0]?.active).toBe(2);
  });
});
