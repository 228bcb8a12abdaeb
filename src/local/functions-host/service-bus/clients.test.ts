import { expect, test } from 'vitest';
import { createServiceBusClients } from './clients.ts';

test.each([
  [{ Bus: 'Endpoint=sb://x/' }, 'Bus'],
  [{ AzureWebJobsServiceBus: 'Endpoint=sb://x/' }, ''],
  [{ Bus__fullyQualifiedNamespace: 'x.servicebus.windows.net' }, 'Bus'],
])('%j has the connection %j', (settings, name) => {
  expect(createServiceBusClients(settings).check(name)).toBeUndefined();
});

test.each([{}, { Bus__clientId: 'c' }])('%j lacks it, and the problem says what to set', (settings) => {
  expect(createServiceBusClients(settings).check('Bus')).toContain(
    'set Bus to a connection string or Bus__fullyQualifiedNamespace',
  );
});

test('an identity connection makes a client of its namespace, once', async () => {
  const clients = createServiceBusClients({ Bus__fullyQualifiedNamespace: 'x.servicebus.windows.net' });

  const [first, second] = await Promise.all([clients.get('Bus'), clients.get('Bus')]);
  await clients.close();

  expect(first.fullyQualifiedNamespace).toBe('x.servicebus.windows.net');
  expect(second).toBe(first);
});
