import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readEnvironment } from '#local/environmentFile.ts';
import { type Product, startProduct, until } from './support/product.ts';

type Resource = { id: string; tags: Record<string, string>; version: number };

let product: Product;
beforeAll(async () => {
  product = await startProduct(['--estate-size', '60', '--drift', '0', '--seed', '7']);
  await until(
    () => product.json<{ total: number }>('/api/v1/resources?limit=1'),
    ({ total }) => total === 60,
    30_000,
  );
}, 60_000);
afterAll(() => product.stop());

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
