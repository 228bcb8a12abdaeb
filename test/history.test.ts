import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyPatch } from '../src/features/inventory/diff.ts';
import { type Product, startProduct, until } from './support/product.ts';

type Resource = {
  id: string;
  short_id: string;
  name: string;
  version: number;
  tags: Record<string, string>;
  properties: Record<string, unknown>;
};
type Page = { data: Resource[]; total: number; nextCursor: string | null };
type Entry = {
  kind: string;
  at: string;
  source: string;
  actor: string | null;
  patch: { op: 'add'; path: string; value: unknown }[];
};
type Changes = {
  data: {
    kind: string;
    at: string;
    event_id: string;
    resource_id: string;
    actor: string | null;
    changed_paths: string[];
    source: string;
  }[];
  nextCursor: string | null;
};

const SIZE = 300;
let product: Product;

beforeAll(async () => {
  product = await startProduct(['--estate-size', String(SIZE), '--drift', '0', '--seed', '11']);
  await until(
    () => product.json<Page>('/api/v1/resources'),
    ({ total }) => total === SIZE,
    30_000,
  );
}, 60_000);
afterAll(async () => {
  await product.stop();
});

async function anAccount(): Promise<Resource> {
  const page = await product.json<Page>('/api/v1/resources?resourceType=storage_account&limit=1');
  const [account] = page.data;
  if (!account) throw new Error('the estate has no storage account');
  return account;
}

async function inAzure(method: string, id: string, body?: unknown): Promise<void> {
  const response = await fetch(`${product.simulatorUrl}${encodeURI(id)}?api-version=2023-01-01`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
}

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return product.fetch(path, { headers });
}

describe('history', () => {
  it('tells of each change: when, what told us, who, and the patch', async () => {
    const { id, short_id, tags } = await anAccount();
    await inAzure('PATCH', id, { tags: { ...tags, step: 'one' } });
    await until(
      () => product.json<Resource>(`/api/v1/resources/${short_id}`),
      (resource) => resource.tags.step === 'one',
    );
    await product.fetch(`/api/v1/resources/${short_id}`, {
      method: 'PUT',
      body: JSON.stringify({ annotations: { notes: 'seen' } }),
    });

    const history = await product.json<{ data: Entry[]; total: number }>(
      `/api/v1/resources/${id.slice(1)}/history`,
    );

    expect(history.data.map(({ kind, source }) => [kind, source])).toEqual([
      ['updated', 'api'],
      ['updated', 'event'],
      ['created', 'sync'],
    ]);
    expect(history.data[0]).toMatchObject({
      actor: 'local',
      patch: [{ op: 'add', path: '/annotations/notes', value: 'seen' }],
    });
    expect(history.data[1]?.actor).toEqual(expect.any(String));
    expect(history.data[1]?.patch).toContainEqual({ op: 'add', path: '/tags/step', value: 'one' });
    expect(applyPatch({ tags }, history.data[1]?.patch ?? [])).toMatchObject({
      tags: { ...tags, step: 'one' },
    });
  });

  it('outlives the resource, life after life', async () => {
    const id = `${(await anAccount()).id.replace(/[^/]+$/, '')}phoenix`;
    const body = { location: 'westeurope', sku: { name: 'Standard_LRS' }, kind: 'StorageV2', properties: {} };
    for (const _ of [1, 2]) {
      await inAzure('PUT', id, body);
      await until(
        () => get(`/api/v1/resources${id}`),
        ({ status }) => status === 200,
      );
      await inAzure('DELETE', id);
      await until(
        () => get(`/api/v1/resources${id}`),
        ({ status }) => status === 404,
      );
    }

    const history = await product.json<{ data: Entry[] }>(`/api/v1/resources${id}/history`);

    const kinds = history.data.map(({ kind }) => kind).filter((kind) => kind !== 'updated');
    expect(kinds).toEqual(['deleted', 'created', 'deleted', 'created']);
  });

  it('of what never was is 404', async () => {
    expect((await get('/api/v1/resources/external/nothing/history')).status).toBe(404);
  });
});

describe('GET /changes', () => {
  it('has every change of the estate once, newest first, by pages', async () => {
    const seen: Changes['data'] = [];
    let cursor: string | null = null;

    do {
      const page: Changes = await product.json(
        `/api/v1/changes?limit=97${cursor ? `&cursor=${cursor}` : ''}`,
      );
      seen.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor);

    const resources = await product.json<Page>('/api/v1/resources?limit=1');
    const created = seen.filter(({ kind }) => kind === 'created').length;
    const deleted = seen.filter(({ kind }) => kind === 'deleted').length;
    const groups = await product.json<Page>('/api/v1/resources?resourceType=resource_group&limit=1');
    expect(created - deleted).toBe(resources.total + groups.total);
    expect(new Set(seen.map(({ event_id }) => event_id)).size).toBe(seen.length);
    expect(seen.map(({ at }) => at)).toEqual(
      seen
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
  });

  it('is filtered by time, kind, type and actor', async () => {
    const all = await product.json<Changes>('/api/v1/changes?limit=1000&kind=updated');
    const [newest] = all.data;
    if (!newest) throw new Error('nothing was updated');

    const since = await product.json<Changes>(`/api/v1/changes?since=${newest.at}&kind=updated`);
    const until_ = await product.json<Changes>(`/api/v1/changes?until=${newest.at}&kind=updated&limit=1000`);
    const byActor = await product.json<Changes>('/api/v1/changes?actor=LOCAL&limit=1000');
    const byType = await product.json<Changes>('/api/v1/changes?resourceType=virtual_machine&limit=1000');

    expect(since.data.map(({ event_id }) => event_id)).toContain(newest.event_id);
    expect(until_.data.map(({ event_id }) => event_id)).not.toContain(newest.event_id);
    expect(byActor.data.length).toBeGreaterThan(0);
    expect(byActor.data.every(({ actor }) => actor?.toLowerCase().includes('local'))).toBe(true);
    expect(
      byType.data.every(({ resource_id }) => resource_id.toLowerCase().includes('virtualmachines')),
    ).toBe(true);
  });
});

describe('GET /resources?at=', () => {
  it('answers as of then: changed, created and deleted since are as they were', async () => {
    const before = await product.json<Page>('/api/v1/resources?limit=1000');
    const at = new Date().toISOString();
    const [account, victim] = before.data.filter(({ id }) => /storageAccounts\/[^/]+$/.test(id));
    if (!account || !victim) throw new Error('the estate lacks what the test needs');
    const newId = `${account.id.replace(/[^/]+$/, '')}cameafter`;
    await inAzure('PATCH', account.id, { tags: { later: 'yes' } });
    await inAzure('PUT', newId, {
      location: 'westeurope',
      sku: { name: 'Standard_LRS' },
      kind: 'StorageV2',
      properties: {},
    });
    await inAzure('DELETE', victim.id);
    await until(
      () => product.json<Page>('/api/v1/resources?text=cameafter'),
      ({ total }) => total === 1,
    );
    await until(
      () => get(`/api/v1/resources/${victim.short_id}`),
      ({ status }) => status === 404,
    );
    await until(
      () => product.json<Page>('/api/v1/resources?tag=later=yes'),
      ({ total }) => total === 1,
    );

    const then = await product.json<Page>(`/api/v1/resources?limit=1000&at=${at}`);
    const paged = [
      ...(await product.json<Page>(`/api/v1/resources?limit=150&at=${at}`)).data,
      ...(await product.json<Page>(`/api/v1/resources?limit=150&page=2&at=${at}`)).data,
    ];

    const essence = ({ id, tags, properties }: Resource) => ({ id, tags, properties });
    expect(then.total).toBe(before.total);
    expect(then.data.map(essence)).toEqual(before.data.map(essence));
    expect(paged.map(({ id }) => id)).toEqual(before.data.slice(0, 300).map(({ id }) => id));
    expect((await product.json<Page>(`/api/v1/resources?tag=later=yes&at=${at}`)).total).toBe(0);
  });

  it('before we knew anything is empty', async () => {
    const yesterday = new Date(Date.now() - 86_400_000).toISOString();

    expect((await product.json<Page>(`/api/v1/resources?at=${yesterday}`)).total).toBe(0);
  });

  it('before the history begins is refused', async () => {
    const response = await get('/api/v1/resources?at=2020-01-01T00:00:00Z');

    expect(await response.json()).toMatchObject({
      status: 400,
      errors: [{ field: 'at', reason: expect.stringContaining('90 days') }],
    });
  });
});

describe('answers', () => {
  it('are sparse where only some fields are asked for', async () => {
    const page = await product.json<Page>('/api/v1/resources?limit=2&fields=id,tags');
    const refused = await get('/api/v1/resources?fields=id,colour');

    expect(page.data.map((resource) => Object.keys(resource).sort())).toEqual([
      ['id', 'tags'],
      ['id', 'tags'],
    ]);
    expect(await refused.json()).toMatchObject({ status: 400, errors: [{ field: 'fields' }] });
  });

  it('are not sent again where the caller has them', async () => {
    const { short_id } = await anAccount();
    const first = await get(`/api/v1/resources/${short_id}`);
    const etag = first.headers.get('etag') ?? '';

    const same = await get(`/api/v1/resources/${short_id}`, { 'if-none-match': etag });
    await product.fetch(`/api/v1/resources/${short_id}`, {
      method: 'PUT',
      body: JSON.stringify({ annotations: { owner: `o${etag}` } }),
    });
    const changed = await get(`/api/v1/resources/${short_id}`, { 'if-none-match': etag });

    expect([same.status, await same.text()]).toEqual([304, '']);
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  it('to a change of another version than the caller has seen are 412', async () => {
    const created = await product.json<Resource>('/api/v1/resources', {
      method: 'POST',
      body: JSON.stringify({ name: 'guarded', resource_type: 'OnPrem.Hosts/servers' }),
    });
    const path = `/api/v1/resources/${created.short_id}`;
    const put = (etag: string) =>
      product.fetch(path, {
        method: 'PUT',
        headers: { 'if-match': etag },
        body: JSON.stringify({ tags: { by: etag } }),
      });

    const statuses = [
      (await put('"999999"')).status,
      (await put(`"${created.version}"`)).status,
      (await put(`"${created.version}"`)).status,
    ];
    const removal = await product.fetch(path, {
      method: 'DELETE',
      headers: { 'if-match': `"${created.version}"` },
    });

    expect([...statuses, removal.status]).toEqual([412, 200, 412, 412]);
  });

  it('are compressed where the caller takes gzip', async () => {
    const raw = await new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${product.apiKey}`, 'accept-encoding': 'gzip' };
      request(`${product.url}/api/v1/resources?limit=50`, { headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) }),
        );
      })
        .on('error', reject)
        .end();
    });

    expect(raw.encoding).toBe('gzip');
    expect((JSON.parse(gunzipSync(raw.body).toString()) as Page).data).toHaveLength(50);
  });

  it('of the whole estate come as a stream, a resource a line', async () => {
    const { total } = await product.json<Page>('/api/v1/resources?limit=1');
    const vms = await product.json<Page>('/api/v1/resources?limit=1&resourceType=virtual_machine');

    const all = await get('/api/v1/resources/export?fields=id');
    const some = await get('/api/v1/resources/export?resourceType=virtual_machine');

    const lines = (await all.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Resource);
    expect(all.headers.get('content-type')).toBe('application/x-ndjson');
    expect(new Set(lines.map(({ id }) => id)).size).toBe(total);
    expect((await some.text()).trim().split('\n')).toHaveLength(vms.total);
    expect((await get('/api/v1/resources/export?fields=colour')).status).toBe(400);
  });
});

describe('what events missed', () => {
  it('is caught up from the change feed, with its actor', async () => {
    const { id, short_id } = await anAccount();
    await fetch(`${product.simulatorUrl}/simulator/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ events: { lose: 1 } }),
    });
    await inAzure('PATCH', id, { tags: { missed: 'by events' } });

    await product.fetch('/admin/functions/feedTimer', { method: 'POST', body: '{"input": ""}' });

    await until(
      () => product.json<Resource>(`/api/v1/resources/${short_id}`),
      ({ tags }) => tags.missed === 'by events',
      5000,
    );
    const { data } = await product.json<{ data: Entry[] }>(`/api/v1/resources/${short_id}/history`);
    expect(data[0]).toMatchObject({ source: 'feed', actor: expect.any(String) });
    await fetch(`${product.simulatorUrl}/simulator/faults`, { method: 'DELETE' });
  });
});
