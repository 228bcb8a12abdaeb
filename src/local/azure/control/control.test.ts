import { expect, test } from 'vitest';
import { control, startTestAzure, truthOf } from '../testing/simulator.ts';

test('the status counts resources, changes and deliveries', async () => {
  const simulator = await startTestAzure();
  simulator.change(3);

  const { body } = await control(simulator.url, { method: 'GET', path: 'simulator/status' });

  expect(body).toMatchObject({
    seed: 11,
    resources: simulator.size(),
    changes: 3,
    driftRate: 0,
    events: { validated: false, pending: 0 },
    census: { resources: simulator.size() },
  });
});

test('drift is made at once, or set to a rate', async () => {
  const simulator = await startTestAzure();

  const made = await control(simulator.url, {
    method: 'POST',
    path: 'simulator/drift',
    body: { changes: 4 },
  });
  const rate = await control(simulator.url, { method: 'POST', path: 'simulator/drift', body: { rate: 2 } });
  const both = await control(simulator.url, {
    method: 'POST',
    path: 'simulator/drift',
    body: { rate: 2, changes: 1 },
  });

  expect(made.body.changes).toHaveLength(4);
  expect(rate.body).toEqual({ rate: 2 });
  expect(both.status).toBe(400);
});

test('the webhook is set later', async () => {
  const simulator = await startTestAzure();
  const endpoint = 'http://127.0.0.1:9/hook';

  const set = await control(simulator.url, {
    method: 'PUT',
    path: 'simulator/event-grid',
    body: { endpoint },
  });
  simulator.change(2);
  const { body } = await control(simulator.url, { method: 'GET', path: 'simulator/status' });
  const bad = await control(simulator.url, {
    method: 'PUT',
    path: 'simulator/event-grid',
    body: { endpoint: 'nowhere' },
  });

  expect(set).toEqual({ status: 200, body: { endpoint } });
  expect(body.events).toMatchObject({ endpoint, pending: 2, validated: false });
  expect(bad.status).toBe(400);
});

test('the truth of a large estate is streamed whole', async () => {
  const simulator = await startTestAzure({ estateSize: 6000 });

  const truth = await truthOf(simulator.url);

  expect(truth).toHaveLength(6000);
  expect(new Set(truth.map((row) => row.id)).size).toBe(6000);
});
