import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type DefenderSize = {
  readonly subscriptions: number;
  readonly tasks: number;
  readonly assessments: number;
};
const PAGE = 1000;
const KEYS = 40;

/** Answers the lists of Microsoft.Security with as many items as were asked for, a page of 1,000 at a time. */
export async function startDefender({ tasks, assessments }: DefenderSize) {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const [, , subscription = ''] = url.pathname.split('/');
    const from = Number(url.searchParams.get('from') ?? 0);
    const list = url.pathname.split('/').at(-1)?.toLowerCase();
    const render = list === 'tasks' ? task : assessment;
    const total = list === 'tasks' ? tasks : list === 'assessments' ? assessments : 0;
    const value = Array.from({ length: Math.min(PAGE, Math.max(0, total - from)) }, (_, index) =>
      render(subscription, from + index),
    );
    url.searchParams.set('from', String(from + PAGE));
    const nextLink = from + PAGE < total ? { nextLink: url.href } : {};
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ value, ...nextLink }));
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export function subscriptionsOf({ subscriptions }: DefenderSize): string[] {
  return Array.from(
    { length: subscriptions },
    (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  );
}

function place(subscription: string, index: number): { resource: string; key: string } {
  const group = `rg-${Math.floor(index / 1000)}`;
  const resource = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Storage/storageAccounts/st${index}`;
  return { resource, key: `1c5de8e1-f68d-6a17-e0d2-${String(index % KEYS).padStart(12, '0')}` };
}

/** Every second assessment is unhealthy; those are what the tasks are about. */
function assessment(subscription: string, index: number) {
  const { resource, key } = place(subscription, index);
  const isHealthy = index % 2 === 1;
  return {
    id: `${resource}/providers/Microsoft.Security/assessments/${key}`,
    name: key,
    type: 'Microsoft.Security/assessments',
    properties: {
      resourceDetails: { source: 'Azure', id: resource },
      displayName: 'Secure transfer to storage accounts should be enabled',
      status: {
        code: isHealthy ? 'Healthy' : 'Unhealthy',
        firstEvaluationDate: '2026-05-31T00:00:00.0000000Z',
        statusChangeDate: '2026-05-31T00:00:00.0000000Z',
      },
      additionalData: { linkedWorkspaceId: `${resource}/workspace` },
    },
  };
}

function task(subscription: string, index: number) {
  const { resource, key } = place(subscription, index * 2);
  return {
    id: `/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Security/locations/westeurope/tasks/${index}`,
    name: String(index),
    type: 'Microsoft.Security/locations/tasks',
    properties: {
      state: 'Active',
      subState: 'NA',
      creationTimeUtc: '2026-05-31T00:00:00.0000000Z',
      lastStateChangeTimeUtc: '2026-05-31T00:00:00.0000000Z',
      securityTaskParameters: {
        name: 'Secure transfer to storage accounts should be enabled',
        severity: 'High',
        assessmentKey: key,
        resourceId: resource,
      },
    },
  };
}
