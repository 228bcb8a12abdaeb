import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeploymentStore } from '#features/deployments/index.ts';
import { ruleWith } from '#features/policy/testKit.ts';
import { createServices, type Services } from '../src/services.ts';
import { readSettings } from '../src/settings.ts';
import { callApi } from './support/api.ts';
import { startEmulators } from './support/emulators.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const SUBSCRIPTION = '22222222-2222-4222-8222-222222222222';
/** The two line separators of Unicode, and the text of their escape, which must not become one of them. */
const TEXT = 'a\u2028b\u2029c\\u2028d';
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let services: Services;
let key: string;
const receiver = createServer((_, response) => response.writeHead(204).end());

beforeAll(async () => {
  emulators = await startEmulators();
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  services = createServices(
    readSettings({
      ...emulators.environment,
      TENANT_ID: TENANT,
      LOG_LEVEL: 'error',
      WEBHOOK_ALLOW_HTTP: 'true',
      WEBHOOK_ALLOW_LOOPBACK: 'true',
    }),
  );
  await services.storeOf(TENANT).segments.register(SUBSCRIPTION, { state: 'Enabled' });
  key = await services.identity.createKey({ tenantId: TENANT, role: 'owner', name: TEXT });
});
afterAll(async () => {
  receiver.close();
  await services.queues.close();
  await emulators.stop();
});

async function call(target: string, body?: unknown) {
  const answer = await callApi(services, target, { key, ...(body !== undefined && { body }) });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.json;
}

describe('line separators of Unicode are written and read back', () => {
  it('in plain columns, by every kind of write', async () => {
    const table = { name: 'lineSeparators', description: '', keys: '' };
    await emulators.tables.create([table]);
    const partition = emulators.tables.open(table).forTenant(TENANT);
    const row = { text: TEXT, json: JSON.stringify({ [TEXT]: TEXT }) };

    const [etag] = await partition.transaction([
      { kind: 'insert', rowKey: 'insert', row },
      { kind: 'upsert', rowKey: 'upsert', row },
      { kind: 'merge', rowKey: 'merge', row },
    ]);
    await partition.write({ kind: 'replace', rowKey: 'insert', row, etag: etag ?? '' });

    const rows = await partition.list<typeof row>();
    expect(rows.map(({ rowKey }) => rowKey)).toEqual(['insert', 'merge', 'upsert']);
    for (const { text, json } of rows) expect({ text, json }).toEqual(row);
  });

  it('in a resource, a webhook and a finding', async () => {
    const made = await call('POST /api/v1/resources', {
      id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Test/things/one`,
      name: 'one',
      resource_type: 'Microsoft.Test/things',
      tags: { note: TEXT },
    });
    const webhook = await call('POST /api/v1/webhooks', {
      name: TEXT,
      url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
      events: ['*'],
    });
    const policy = await call('POST /api/v1/policies', {
      name: 'separators',
      properties: {
        displayName: TEXT,
        mode: 'All',
        policyRule: ruleWith({ field: 'tags.note', equals: TEXT }, { effect: 'audit' }),
      },
      severity: 'high',
    });
    await call('POST /api/v1/assignments', {
      policyDefinitionId: policy.id,
      scope: `/subscriptions/${SUBSCRIPTION}`,
    });
    await call(`POST /api/v1/policies/${String(policy.id)}/evaluate`, { resourceIds: [made.id] });

    const resource = await call(`GET /api/v1/resources/${String(made.short_id)}`);
    const endpoint = await call(`GET /api/v1/webhooks/${String(webhook.id)}`);
    const findings = await call('GET /api/v1/compliance/findings');

    expect(resource.tags).toEqual({ note: TEXT });
    expect(endpoint.name).toBe(TEXT);
    expect(findings.data).toMatchObject([{ policy_name: TEXT, resource_id: resource.id }]);
  });

  it('in a deployment', async () => {
    const store = new DeploymentStore(TENANT, { ...emulators, clock: services.clock });
    const deployment = { id: 'd1', status: 'planned', name: TEXT };

    await store.insert(deployment as never, { template: { note: TEXT }, parameters: {} });

    expect(await store.find('d1')).toMatchObject(deployment);
    expect(await store.readBody('d1')).toEqual({ template: { note: TEXT }, parameters: {} });
  });
});
