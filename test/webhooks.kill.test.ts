import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { eventsQueue } from '#features/events/index.ts';
import type { Child } from '#local/child.ts';
import { startServiceBus } from '#local/service-bus/index.ts';
import { startAzurite } from '#local/stack.ts';
import { queues, tables } from '../src/declarations.ts';
import { createServices } from '../src/services.ts';
import { readSettings } from '../src/settings.ts';
import { until } from './support/product.ts';
import { tempDir } from './support/tempDir.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const EVENTS = 600;
const KILLS = 4;
const WORKER = new URL('./support/webhookWorker.ts', import.meta.url).pathname;

/** Started, and at work. */
async function startWorker(environment: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, [WORKER], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

it('killed at random under load, every event reaches the receiver with one and the same id, none a deleted webhook', async () => {
  const [children, dir]: [Child[], string] = [[], tempDir()];
  const storage = await startAzurite({ file: (name) => join(dir, name.replace('/', '-')) }, children);
  const quick = queues.map((queue) => ({ ...queue, lockDurationSeconds: 2, maxDeliveryCount: 100 }));
  const broker = await startServiceBus({ port: 0, dataDir: undefined, queues: quick });
  const environment = {
    ...storage,
    ServiceBus: broker.connectionString,
    TENANT_ID: TENANT,
    LOG_LEVEL: 'error',
    WEBHOOK_ALLOW_HTTP: 'true',
    WEBHOOK_ALLOW_LOOPBACK: 'true',
    SECRETS_DIRECTORY: tempDir(),
  };
  const services = createServices(readSettings(environment));
  await services.tables.create(tables);
  const received: { event: string; id: string; body: string; headers: Record<string, string> }[] = [];
  const doomedAt: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const headers = request.headers as Record<string, string>;
      const { event_id: event } = JSON.parse(body) as { event_id?: string };
      const isEvent = headers['x-policycortex-event'] === 'killed';
      if (isEvent && request.url === '/doomed') doomedAt.push(performance.now());
      else if (isEvent) received.push({ event: event ?? '', id: headers['webhook-id'] ?? '', body, headers });
      response.writeHead(isEvent && Math.random() < 0.1 ? 500 : 204).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const input = {
    name: 'killed',
    url,
    events: ['killed'],
    filters: null,
    retry_config: { max_retries: 10, initial_delay_ms: 100, max_delay_ms: 500, exponential_backoff: true },
    payload: 'full' as const,
    ordering: 'none' as const,
    max_concurrency: 8,
    rate_limit_per_second: null,
  };
  const hook = await services.webhooks.create(TENANT, input);
  const doomed = await services.webhooks.create(TENANT, { ...input, url: `${url}doomed` });
  const ids = Array.from({ length: EVENTS }, (_, index) => `killed-${index}`);
  const time = new Date().toISOString();

  let deletedAt = Number.NaN;
  let worker = await startWorker(environment);
  async function send(part: readonly string[]): Promise<void> {
    for (const id of part) {
      const body = [{ id, type: 'killed', tenantid: TENANT, time, data: { resource_id: id } }];
      await services.queues.send(eventsQueue, [{ body, messageId: id, tenantId: TENANT }]);
    }
  }
  const sending = [send(ids.slice(0, EVENTS / 2))];
  for (let kills = 0; kills < KILLS; kills += 1) {
    await pause(200 + Math.random() * 600);
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    worker = await startWorker(environment);
    if (kills === 1) {
      await until(
        async () => doomedAt.length,
        (count) => count > 0,
        30_000,
      );
      await services.webhooks.remove(TENANT, doomed.id);
      deletedAt = performance.now();
      sending.push(send(ids.slice(EVENTS / 2)));
    }
  }
  await Promise.all(sending);
  const distinct = () => new Set(received.map(({ event }) => event)).size;
  await until(
    async () => distinct(),
    (count) => count === EVENTS,
    30_000,
  );
  const openOf = async () => {
    const open = (['pending', 'retrying'] as const).map((status) =>
      services.webhooks.deliveries(TENANT, hook.id, { limit: 1, status }),
    );
    return (await Promise.all(open)).flatMap(({ data }) => data).length;
  };
  await until(openOf, (count) => count === 0, 30_000);

  expect(doomedAt.filter((at) => at > deletedAt)).toEqual([]);
  const idsOfEvent = Map.groupBy(received, ({ event }) => event);
  expect([...idsOfEvent.keys()].sort()).toEqual([...ids].sort());
  for (const sent of idsOfEvent.values()) expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
  for (const { body, headers } of received) new Webhook(hook.secret).verify(body, headers);
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  server.closeAllConnections();
  server.close();
  await services.queues.close();
  await broker.close();
  await Promise.all(children.map((child) => child.stop(200)));
}, 90_000);
