import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readEnvironment } from '#local/environmentFile.ts';
import { type Product, startProduct, until } from './support/product.ts';
import { tempDir } from './support/tempDir.ts';

type Resource = { id: string; tags: Record<string, string>; version: number };

let product: Product;
beforeAll(async () => {
  vi.stubEnv('WEBHOOK_ALLOW_HTTP', 'true');
  vi.stubEnv('WEBHOOK_ALLOW_LOOPBACK', 'true');
  product = await startProduct(['--estate-size', '60', '--drift', '0', '--seed', '7']);
  await until(
    () => product.json<{ total: number }>('/api/v1/resources?limit=1'),
    ({ total }) => total === 60,
    30_000,
  );
}, 60_000);
afterAll(() => {
  vi.unstubAllEnvs();
  return product.stop();
});

function environment(): Record<string, string> {
  const running = readEnvironment(join(product.dataDir, 'environment.json'));
  if (!running) throw new Error('local mode left no environment.json');
  return running.environment;
}

it('an event that Event Grid puts on the queue leads to the resource being read again', async () => {
  const { data } = await product.json<{ data: Resource[] }>(
    '/api/v1/resources?resourceType=storage_account&limit=1',
  );
  const id = data[0]?.id ?? '';
  const loseEvents = { events: { lose: 1, duplicate: 0, reorder: 0, delay: 0, delayMilliseconds: 0 } };
  const asJson = { 'content-type': 'application/json' };
  const { ok } = await fetch(`${product.simulatorUrl}/simulator/faults`, {
    method: 'PUT',
    headers: asJson,
    body: JSON.stringify(loseEvents),
  });
  expect(ok).toBe(true);
  await fetch(`${product.simulatorUrl}${encodeURI(id)}?api-version=2023-01-01`, {
    method: 'PATCH',
    headers: asJson,
    body: JSON.stringify({ tags: { told: 'by-queue' } }),
  });
  const event = {
    id: 'e-1',
    topic: `/subscriptions/${id.split('/')[2]}`,
    subject: id,
    eventType: 'Microsoft.Resources.ResourceWriteSuccess',
    eventTime: new Date().toISOString(),
    dataVersion: '2',
    metadataVersion: '1',
    data: { resourceUri: id, operationName: 'Microsoft.Storage/storageAccounts/write', status: 'Succeeded' },
  };

  const bus = new ServiceBusClient(environment().ServiceBus ?? '');
  await bus.createSender('resource-events').sendMessages({ body: event });
  await bus.close();

  const path = `/api/v1/resources/${encodeURIComponent(id)}`;
  const changed = await until(
    () => product.json<Resource>(path),
    ({ tags }) => tags.told === 'by-queue',
  );
  expect(changed.id).toBe(id);
});

it('a message that cannot be read keeps none of its batch from being worked on', async () => {
  const received: string[] = [];
  const receiver = createServer((request, response) => {
    received.push(String(request.headers['x-policycortex-event']));
    request.resume().on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const body = JSON.stringify({ name: 'beside', url, events: ['Custom(beside.*)'] });
  const { tenant_id: tenantid } = await product.json<{ tenant_id: string }>('/api/v1/webhooks', {
    method: 'POST',
    body,
  });
  const eventOf = (type: string) => ({ id: type, type, tenantid, time: new Date().toISOString(), data: {} });

  const bus = new ServiceBusClient(environment().ServiceBus ?? '');
  const unreadable = [{ body: 'no batch' }, { body: [{ id: 'of nobody' }] }];
  const readable = ['beside.1', 'beside.2'].map((type) => ({ body: [eventOf(type)], messageId: type }));
  await bus.createSender('events').sendMessages([unreadable, readable].flat());
  await bus.close();
  await until(
    async () => received,
    (types) => types.includes('beside.1') && types.includes('beside.2'),
  );
  receiver.close();

  expect(received.filter((type) => type.startsWith('beside.'))).toHaveLength(2);
});

it('npm run first-key makes an owner’s key, and shows it once', async () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['scripts/firstKey.ts', ...args], { encoding: 'utf8' });

  const { status, stdout } = run('--data-dir', product.dataDir, '--tenant', environment().TENANT_ID ?? '');
  const refused = run('--data-dir', product.dataDir);

  const headers = { authorization: `Bearer ${stdout.trim()}` };
  const answer = await fetch(`${product.url}/api/v1/diagnosis`, { headers });
  expect(status).toBe(0);
  expect(answer.status).toBe(200);
  expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('--tenant ID') });
});

describe('npm run doctor', () => {
  function doctor(...args: string[]) {
    const { PATH = '' } = process.env;
    const run = spawnSync(process.execPath, ['scripts/doctor/main.ts', ...args], {
      encoding: 'utf8',
      env: { PATH },
    });
    return { code: run.status, text: run.stdout, errors: run.stderr };
  }
  type Report = { status: string; findings: { subject: string; state: string; mend?: string }[] };

  it('finds local mode well, and ends with 0', () => {
    const { code, text, errors } = doctor('--data-dir', product.dataDir, '--json');
    const report = JSON.parse(text) as Report;

    expect(errors).toBe('');
    expect(report.findings.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(report.findings.length).toBeGreaterThan(15);
    expect(code).toBe(0);
  });

  it('names a key that is no owner’s, and what to give instead', () => {
    const { code, text } = doctor('--data-dir', product.dataDir, '--api-key', 'wrong');

    expect(text).toContain('FAILED   inside: app: the API key is not that of an owner');
    expect(text).toContain('mend: give the API key of an owner: --api-key KEY');
    expect(code).toBe(1);
  });

  it('looks at the dependencies itself where the app does not answer, and names a setting that is wrong', () => {
    const folder = tempDir();
    const file = join(folder, 'environment.json');
    const running = JSON.parse(readFileSync(join(product.dataDir, 'environment.json'), 'utf8'));
    writeFileSync(file, JSON.stringify({ ...running, url: 'http://127.0.0.1:9' }));
    const silent = doctor('--data-dir', folder, '--all');
    const changed = { ...running.environment, HISTORY_RETENTION_DAYS: 'many' };
    writeFileSync(file, JSON.stringify({ ...running, environment: changed }));

    const wrong = doctor('--data-dir', folder);

    expect(silent.text).toContain('FAILED   app: app: http://127.0.0.1:9 does not answer');
    expect(silent.text).toContain('ok       tables: inventory: read and written');
    expect(silent.code).toBe(1);
    expect(wrong.text).toContain('FAILED   settings: HISTORY_RETENTION_DAYS:');
  });

  it('says npm start where nothing runs, explains itself, and refuses a wrong command line', () => {
    expect(doctor('--data-dir', tempDir())).toMatchObject({
      code: 1,
      text: expect.stringContaining('mend: npm start'),
    });
    expect(doctor('--help')).toMatchObject({ code: 0, text: expect.stringContaining('--json') });
    expect(doctor('--bogus')).toMatchObject({ code: 2, errors: expect.stringContaining('--help') });
  });
});
