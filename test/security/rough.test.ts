import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createServices, type Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { startWorld, type World } from './world.ts';

type Answer = { readonly status?: number; readonly body: string };

let world: World;
let azure: Server;
let services: Services;
let subscriptionId: string;
const answers = new Map<string, Answer>();

/** An Azure that answers each list of Microsoft.Security as a test says, by its last segment and `page`. */
beforeAll(async () => {
  world = await startWorld();
  await world.read('defender');
  subscriptionId = world.simulator.subscriptionIds[0] ?? '';
  azure = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://azure');
    const name = `${pathname.split('/').at(-1)?.toLowerCase()}${searchParams.get('page') ?? ''}`;
    const { status = 200, body } = answers.get(name) ?? { body: '{"value": []}' };
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  azure.listen(0, '127.0.0.1');
  await new Promise((resolve) => azure.once('listening', resolve));
  services = createServices(
    readSettings({
      LOG_LEVEL: 'error',
      TENANT_ID: world.tenantId,
      ...world.emulators.environment,
      AZURE_RESOURCE_MANAGER_ENDPOINT: `http://127.0.0.1:${(azure.address() as AddressInfo).port}`,
    }),
  );
}, 60_000);
afterAll(async () => {
  await services.queues.close();
  azure.closeAllConnections();
  azure.close();
  await world.stop();
});

async function list(path: string): Promise<Record<string, unknown>[]> {
  const { json } = await world.call(
    `GET /api/v1/security/${path}subscriptionId=${subscriptionId}&limit=1000`,
  );
  return json.data as Record<string, unknown>[];
}

function page(value: unknown, next?: string): Answer {
  const { port } = azure.address() as AddressInfo;
  const nextLink = next && `http://127.0.0.1:${port}/subscriptions/${subscriptionId}/x/${next}`;
  return { body: JSON.stringify({ value, nextLink }) };
}

it('what is empty, cut short, not as documented or unknown is a gap or is taken as it is; the rest goes on', async () => {
  const assessments = await list('assessments?');
  const recommendations = await list('recommendations?');
  const alert = `/subscriptions/${subscriptionId}/providers/Microsoft.Security/locations/westeurope/alerts/1`;
  const resource = `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/new`;
  answers.set(
    'alerts',
    page([
      null,
      'alert',
      { id: 7 },
      { id: `${alert}2`, properties: 'nothing' },
      {
        id: alert,
        properties: { severity: 'Apocalyptic', status: 'Pondering', resourceIdentifiers: 'none' },
      },
    ]),
  );
  answers.set(
    'assessments',
    page(
      [
        {
          id: `${resource}/providers/Microsoft.Security/assessments/a`,
          properties: { status: { code: 'Grey' } },
        },
      ],
      'assessments?page=2',
    ),
  );
  answers.set('assessments2', { status: 400, body: '{"error": {"code": "Bad", "message": "cut short"}}' });
  answers.set('assessmentmetadata', { body: '{"value": [{"name": "a", "properties": {"severity": 12}}]}' });
  answers.set('tasks', {
    status: 403,
    body: '{"error": {"code": "AuthorizationFailed", "message": "no action tasks/read"}}',
  });
  answers.set('securescores', { body: '{}' });

  await services.connectors.run({
    tenantId: world.tenantId,
    subscriptionId,
    connector: 'defender',
    attempt: 4,
  });

  const gaps = await services.connectors.gaps(world.tenantId, 'defender', [subscriptionId]);
  expect(gaps.map(({ scope, kind, role }) => [scope, kind, role])).toEqual([
    ['tasks', 'refused', 'Security Reader'],
    ['assessments', 'unavailable', null],
    ['alerts', 'malformed', null],
  ]);
  expect(gaps.find(({ scope }) => scope === 'alerts')?.reason).toContain('3 left out');
  expect(await list('alerts?')).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ azure_id: alert, severity: 'unknown', status: 'Pondering' }),
      expect.objectContaining({ azure_id: `${alert}2`, status: 'Active' }),
    ]),
  );
  const after = await list('assessments?');
  expect(after).toHaveLength(assessments.length + 1);
  expect(after.find(({ resource_id }) => resource_id === resource)).toMatchObject({ status: 'Grey' });
  expect(await list('recommendations?')).toEqual(recommendations);
});
