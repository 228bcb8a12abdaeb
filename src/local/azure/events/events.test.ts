import { createServer } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startTestAzure, truthOf } from '../testing/simulator.ts';

type Received = { readonly headers: NodeJS.Dict<string | string[]>; readonly body: Record<string, unknown> };
type Receiver = { readonly url: string; readonly events: Received[]; readonly statuses: number[] };

/** A webhook that shakes hands and keeps what it gets; `statuses` are given before any 200. */
async function startReceiver(statuses: number[] = []): Promise<Receiver> {
  const events: Received[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      if (request.method === 'OPTIONS') {
        response.setHeader('webhook-allowed-origin', '*').end();
        return;
      }
      const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString());
      const list = (Array.isArray(parsed) ? parsed : [parsed]) as Record<string, unknown>[];
      if (request.headers['aeg-event-type'] === 'SubscriptionValidation') {
        const data = list[0]?.data as { validationCode: string };
        response.end(JSON.stringify({ validationResponse: data.validationCode }));
        return;
      }
      const status = statuses.shift() ?? 200;
      if (status === 200) events.push(...list.map((body) => ({ headers: request.headers, body })));
      response.statusCode = status;
      response.end();
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/events`, events, statuses };
}

async function waitFor(condition: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(condition()).toBe(true), { timeout: 5000, interval: 10 });
}

test('each change is announced once, in the schema of Event Grid', async () => {
  const receiver = await startReceiver();
  const simulator = await startTestAzure({ eventGridEndpoint: receiver.url });

  const changes = simulator.change(40);
  await waitFor(() => receiver.events.length >= 40);

  const update = changes.find((change) => change.kind === 'Update' && change.subject === change.target);
  const event = receiver.events.find(({ body }) => body.id === update?.id);
  expect(receiver.events).toHaveLength(changes.length);
  expect(new Set(receiver.events.map(({ body }) => body.id))).toEqual(
    new Set(changes.map((change) => change.id)),
  );
  expect(event?.headers).toMatchObject({ 'aeg-event-type': 'Notification', 'aeg-delivery-count': '1' });
  expect(event?.body).toMatchObject({
    topic: `/subscriptions/${update?.target.split('/')[2]}`,
    subject: update?.target,
    eventType: 'Microsoft.Resources.ResourceWriteSuccess',
    dataVersion: '2',
    data: {
      resourceUri: update?.target,
      operationName: update?.operation,
      status: 'Succeeded',
      tenantId: simulator.tenantId,
    },
  });
});

test('the estate is as the changes say', async () => {
  const simulator = await startTestAzure();
  const before = await truthOf(simulator.url);

  const changes = simulator.change(400);

  const count = (kind: string): number => changes.filter((change) => change.kind === kind).length;
  const after = await truthOf(simulator.url);
  expect(after).toHaveLength(before.length + count('Create') - count('Delete'));
  expect(count('Create')).toBeGreaterThan(5);
  expect(count('Delete')).toBeGreaterThan(5);
  expect(changes.some((change) => change.kind === 'Action')).toBe(true);
  expect(changes.some((change) => change.subject !== change.target)).toBe(true);
  for (const change of changes.filter(({ kind }) => kind === 'Create'))
    expect(before.map(({ id }) => id)).not.toContain(change.target);
});

test('the same seed drifts the same way', async () => {
  const [first, second] = await Promise.all([startTestAzure(), startTestAzure()]);

  const left = first.change(50).map(({ target, kind, changes }) => ({ target, kind, changes }));
  const right = second.change(50).map(({ target, kind, changes }) => ({ target, kind, changes }));

  expect(right).toEqual(left);
});

test('drift runs at its rate', async () => {
  const receiver = await startReceiver();
  await startTestAzure({ eventGridEndpoint: receiver.url, drift: 100 });

  await new Promise((resolve) => setTimeout(resolve, 1500));

  expect(receiver.events.length).toBeGreaterThan(60);
  expect(receiver.events.length).toBeLessThan(250);
});

test('a write through Resource Manager is announced too', async () => {
  const receiver = await startReceiver();
  const simulator = await startTestAzure({ eventGridEndpoint: receiver.url });
  const network =
    (await truthOf(simulator.url)).find((row) => row.type === 'microsoft.network/virtualnetworks')?.id ?? '';
  const subnet = `${network}/subnets/snet-new`;
  const body = JSON.stringify({ properties: { addressPrefix: '10.0.0.0/24' } });

  await fetch(`${simulator.url}${encodeURI(subnet)}?api-version=2023-11-01`, { method: 'PUT', body });
  await waitFor(() => receiver.events.length === 1);

  expect(receiver.events[0]?.body).toMatchObject({
    subject: subnet,
    eventType: 'Microsoft.Resources.ResourceWriteSuccess',
    data: { operationName: 'Microsoft.Network/virtualNetworks/subnets/write' },
  });
});

test('what is not taken is sent again; what is refused as bad is not', async () => {
  const receiver = await startReceiver([500, 503, 400]);
  const simulator = await startTestAzure({ eventGridEndpoint: receiver.url });

  simulator.change(5);
  await waitFor(() => receiver.events.length === 4 && receiver.statuses.length === 0);

  const status = (await (await fetch(`${simulator.url}/simulator/status`)).json()) as { events: unknown };
  expect(receiver.events.some(({ headers }) => headers['aeg-delivery-count'] === '2')).toBe(true);
  expect(status.events).toMatchObject({ delivered: 4, failed: 1, pending: 0 });
});

test('events wait for an app that comes later', async () => {
  const simulator = await startTestAzure({ eventGridEndpoint: 'http://127.0.0.1:9/none' });
  simulator.change(3);
  const receiver = await startReceiver();

  simulator.setEventGridEndpoint(receiver.url);
  await waitFor(() => receiver.events.length === 3);

  expect(receiver.events).toHaveLength(3);
});

test('CloudEvents go out after their own handshake', async () => {
  const receiver = await startReceiver();
  const simulator = await startTestAzure({
    eventGridEndpoint: receiver.url,
    eventSchema: 'CloudEventSchemaV1_0',
  });

  const [change] = simulator.change(1);
  await waitFor(() => receiver.events.length === 1);

  expect(receiver.events[0]?.headers['content-type']).toContain('application/cloudevents+json');
  expect(receiver.events[0]?.body).toMatchObject({
    specversion: '1.0',
    id: change?.id,
    subject: change?.subject,
  });
});

test('events are duplicated, lost, late and out of order when told so', async () => {
  const receiver = await startReceiver();
  const simulator = await startTestAzure({ eventGridEndpoint: receiver.url });
  await waitFor(() => receiver.events.length === 0);

  simulator.setFaults({ events: { duplicate: 1 } });
  simulator.change(3);
  await waitFor(() => receiver.events.length === 6);
  simulator.setFaults({ events: { lose: 1 } });
  simulator.change(3);
  simulator.setFaults({ events: { delay: 1, delayMilliseconds: 200 } });
  simulator.change(1);
  const early = receiver.events.length;
  await waitFor(() => receiver.events.length === 7);
  simulator.setFaults({ events: { reorder: 0.5 } });
  const changes = simulator.change(30);
  await waitFor(() => receiver.events.length === 37);

  const order = receiver.events.slice(7).map(({ body }) => body.id);
  expect(early).toBe(6);
  expect(order).not.toEqual(changes.map((change) => change.id));
  expect(new Set(order)).toEqual(new Set(changes.map((change) => change.id)));
});
