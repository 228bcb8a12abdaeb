import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containers, queues } from '../src/declarations.ts';
import { type Product, startProduct, until } from './support/product.ts';
import { tempDir } from './support/tempDir.ts';

type Resource = {
  id: string;
  short_id: string;
  name: string;
  resource_type: string;
  tags: Record<string, string>;
  location: string;
  version: number;
  properties: Record<string, unknown>;
};
type Page = { data: Resource[]; page: number; limit: number; total: number; nextCursor: string | null };

const run = promisify(execFile);
const SIZE = 500;
let product: Product;

beforeAll(async () => {
  product = await startProduct(['--estate-size', String(SIZE), '--drift', '0', '--seed', '7']);
  await until(
    () => list(''),
    ({ total }) => total === SIZE,
    30_000,
  );
}, 60_000);
afterAll(async () => {
  await product.stop();
});

function list(query: string): Promise<Page> {
  return product.json<Page>(`/api/v1/resources${query}`);
}

async function truth(): Promise<
  { id: string; type: string; tags: Record<string, string> | null; location: string; resourceGroup: string }[]
> {
  const text = await (await fetch(`${product.simulatorUrl}/simulator/truth`)).text();
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function changeInAzure(id: string, method: 'PATCH' | 'DELETE' | 'PUT', body?: unknown): Promise<Response> {
  return fetch(`${product.simulatorUrl}${encodeURI(id)}?api-version=2023-01-01`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function someStorageAccount(): Promise<Resource> {
  const [resource] = (await list('?resourceType=storage_account&limit=1')).data;
  if (!resource) throw new Error('the estate has no storage account');
  return resource;
}

describe('npm start -- --json', () => {
  it('prints nothing but the one line when everything answers', () => {
    expect(product.output).toHaveLength(1);
    expect(Object.keys(JSON.parse(product.output[0] ?? ''))).toEqual(['url', 'apiKey', 'simulatorUrl']);
  });

  it('discovers the whole estate, document by document', async () => {
    const expected = await truth();
    const ids: string[] = [];
    let cursor: string | null = null;

    do {
      const page: Page = await list(`?limit=100${cursor ? `&cursor=${cursor}` : ''}`);
      ids.push(...page.data.map(({ id }) => id.toLowerCase()));
      cursor = page.nextCursor;
    } while (cursor);

    expect(ids).toEqual(expected.map(({ id }) => id.toLowerCase()).sort());
  });
});

describe('listing', () => {
  it.each([
    [
      'resourceType=virtual_machine',
      (row: { type: string }) => row.type.toLowerCase() === 'microsoft.compute/virtualmachines',
    ],
    [
      'resourceType=Microsoft.Network/networkSecurityGroups',
      (row: { type: string }) => row.type.toLowerCase() === 'microsoft.network/networksecuritygroups',
    ],
    [
      'tag=environment=prod',
      (row: { tags: Record<string, string> | null }) =>
        Object.entries(row.tags ?? {}).some(
          ([n, v]) => n.toLowerCase() === 'environment' && v.toLowerCase() === 'prod',
        ),
    ],
    ['location=West Europe', (row: { location: string }) => row.location.toLowerCase() === 'westeurope'],
  ] as const)('by %s finds what the estate has', async (query, isWanted) => {
    const expected = (await truth()).filter((row) => (isWanted as (row: unknown) => boolean)(row)).length;

    const page = await list(`?${query}&limit=1`);

    expect(page.total).toBe(expected);
  });

  it('pages without gaps or repeats, by number and by cursor alike', async () => {
    const [first, second, afterFirst] = [
      await list('?limit=7&sort=name'),
      await list('?limit=7&page=2&sort=name'),
      await list('?limit=7&sort=name'),
    ];

    const byCursor = await list(`?limit=7&sort=name&cursor=${afterFirst.nextCursor}`);

    expect(byCursor.data.map(({ id }) => id)).toEqual(second.data.map(({ id }) => id));
    const names = [...first.data, ...second.data].map(({ name }) => name.toLowerCase());
    expect(names).toEqual([...names].sort());
  });

  it('finds resource groups only when asked', async () => {
    const groups = await list('?resourceType=resource_group&limit=1000');

    expect(new Set(groups.data.map(({ name }) => name.toLowerCase()))).toEqual(
      new Set((await truth()).map(({ resourceGroup }) => resourceGroup.toLowerCase())),
    );
  });

  it.each(['limit=0', 'limit=1001', 'page=x', 'sort=size', 'cursor=nonsense', 'colour=red'])(
    'refuses %s and names it',
    async (query) => {
      const response = await product.fetch(`/api/v1/resources?${query}`);

      const problem = (await response.json()) as { errors: { field: string }[] };
      expect(response.status).toBe(400);
      expect(problem.errors[0]?.field).toBe(query.split('=')[0]);
    },
  );
});

describe('one resource', () => {
  it('is found by its id in every spelling, and by its short id', async () => {
    const { id, short_id } = await someStorageAccount();
    const spellings = [id.slice(1), id, encodeURIComponent(id), id.toUpperCase().slice(1), short_id];

    const found = await Promise.all(
      spellings.map((spelling) => product.json<Resource>(`/api/v1/resources/${spelling}`)),
    );

    expect(found.map((resource) => resource.id)).toEqual(spellings.map(() => id));
    expect(found[0]?.properties).toHaveProperty('minimumTlsVersion');
  });

  it('of Azure takes annotations, and nothing else', async () => {
    const { short_id, id } = await someStorageAccount();
    const put = (body: unknown) =>
      product.fetch(`/api/v1/resources/${short_id}`, { method: 'PUT', body: JSON.stringify(body) });

    const annotated = await put({ annotations: { owner: 'ann', criticality: 'high' } });
    const changed = await put({ tags: { mine: 'yes' } });
    const deleted = await product.fetch(`/api/v1/resources/${short_id}`, { method: 'DELETE' });

    expect(await annotated.json()).toMatchObject({
      annotations: { owner: 'ann', criticality: 'high' },
      source: 'azure',
    });
    expect([changed.status, deleted.status]).toEqual([409, 409]);
    expect(await changed.json()).toMatchObject({
      errors: [{ field: '/tags' }],
      next: expect.stringContaining(id),
    });
    expect(await deleted.json()).toMatchObject({ next: expect.stringContaining('az resource delete') });
  });
});

describe('a change in Azure', () => {
  it('is visible within two seconds: changed, created, deleted', async () => {
    const { id, short_id } = await someStorageAccount();
    const newId = `${id.slice(0, id.lastIndexOf('/'))}/createdbytest`;
    const startedAt = performance.now();

    await changeInAzure(id, 'PATCH', { tags: { changed: 'yes' } });
    await until(
      () => product.json<Resource>(`/api/v1/resources/${short_id}`),
      ({ tags }) => tags.changed === 'yes',
      2000,
    );
    await changeInAzure(newId, 'PUT', {
      location: 'westeurope',
      sku: { name: 'Standard_LRS' },
      kind: 'StorageV2',
      properties: {},
    });
    await until(
      () => list('?text=createdbytest'),
      ({ total }) => total === 1,
      2000,
    );
    await changeInAzure(newId, 'DELETE');
    await until(
      () => list('?text=createdbytest'),
      ({ total }) => total === 0,
      2000,
    );

    expect(performance.now() - startedAt).toBeLessThan(6000);
    expect(await product.json(`/api/v1/resources/${encodeURIComponent(newId)}`)).toMatchObject({
      status: 404,
    });
  });

  it('keeps our annotations', async () => {
    const { id, short_id } = await someStorageAccount();
    await product.fetch(`/api/v1/resources/${short_id}`, {
      method: 'PUT',
      body: JSON.stringify({ annotations: { notes: 'kept' } }),
    });

    await changeInAzure(id, 'PATCH', { tags: { again: 'yes' } });

    const resource = await until(
      () => product.json<Resource & { annotations: unknown }>(`/api/v1/resources/${short_id}`),
      ({ tags }) => tags.again === 'yes',
      2000,
    );
    expect(resource.annotations).toMatchObject({ notes: 'kept' });
  });
});

describe('continuous export of Defender for Cloud', () => {
  it('brings an alert at once, and what was made of it; its status follows', async () => {
    type Alerts = { data: { azure_id: string; status: string; processing: unknown[] }[] };
    const { id: resourceId } = await someStorageAccount();
    const alertType = 'Storage.Blob_OpenContainersScanning.SuccessfulDiscovery';
    const simulator = (path: string, body: unknown) =>
      fetch(`${product.simulatorUrl}${path}`, { method: 'POST', body: JSON.stringify(body) });
    const raised = await simulator('/simulator/alerts', { resourceId, alertType });
    const { id } = (await raised.json()) as { id: string };

    const find = async () =>
      (await product.json<Alerts>('/api/v1/security/alerts')).data.find(({ azure_id }) => azure_id === id);
    const began = Date.now();
    await until(find, (alert) => alert !== undefined, 20_000);
    const seconds = (Date.now() - began) / 1000;
    await until(find, (alert) => alert?.processing.length === 3, 20_000);
    await simulator(`${id}/dismiss?api-version=2022-01-01`, {});
    await until(find, (alert) => alert?.status === 'Dismissed', 20_000);

    expect(seconds).toBeLessThan(10);
  });
});

describe('registered resources', () => {
  it('are created, changed and deleted; what is left out of a change stays', async () => {
    const body = {
      name: 'rack-1',
      resource_type: 'OnPrem.Hosts/servers',
      location: 'East US',
      tags: { a: '1' },
      properties: { cpu: 8 },
    };

    const created = await product.json<Resource>('/api/v1/resources', {
      method: 'POST',
      body: JSON.stringify(body),
    });
    const again = await product.fetch('/api/v1/resources', { method: 'POST', body: JSON.stringify(body) });
    const updated = await product.json<Resource>(`/api/v1/resources/${created.short_id}`, {
      method: 'PUT',
      body: JSON.stringify({ tags: { a: '2' } }),
    });
    const deleted = await product.json(`/api/v1/resources/${created.short_id}`, { method: 'DELETE' });
    const gone = await product.fetch(`/api/v1/resources/${created.short_id}`);

    expect(created).toMatchObject({
      name: 'rack-1',
      location: 'eastus',
      source: 'api',
      properties: { cpu: 8 },
    });
    expect(again.status).toBe(409);
    expect(updated).toMatchObject({ tags: { a: '2' }, location: 'eastus', properties: { cpu: 8 } });
    expect(deleted).toMatchObject({ deleted: true });
    expect(gone.status).toBe(404);
  });

  it('come in batches with a result for each', async () => {
    const resources = [
      { name: 'b1', type: 'OnPrem.Hosts/servers' },
      { name: '', resourceType: 'x' },
      { name: 'b1', resource_type: 'OnPrem.Hosts/servers' },
      ...Array.from({ length: 300 }, (_, n) => ({
        name: `many-${n}`,
        resource_type: 'OnPrem.Hosts/servers',
      })),
    ];

    const result = await product.json<{ succeeded: number; data: { status: number }[] }>(
      '/api/v1/resources/batch',
      { method: 'POST', body: JSON.stringify({ resources }) },
    );

    expect(result.data[1]).toMatchObject({
      status: 400,
      error: { errors: expect.arrayContaining([expect.objectContaining({ field: '/name' })]) },
    });
    expect([result.data[0]?.status, result.data[2]?.status].sort()).toEqual([201, 409]);
    expect(result.succeeded).toBe(301);
    expect((await list('?source=api&text=many-&limit=1')).total).toBe(300);
  });

  it('survive a sync', async () => {
    await product.fetch('/api/v1/resources', {
      method: 'POST',
      body: JSON.stringify({ name: 'keep', resource_type: 'OnPrem.Hosts/servers' }),
    });

    const job = await product.json<{ id: string }>('/api/v1/sync', { method: 'POST' });
    const done = await until(
      () =>
        product.json<{ state: string; deleted: number; changed: number; resources: number }>(
          `/api/v1/sync/${job.id}`,
        ),
      ({ state }) => state !== 'running',
      30_000,
    );

    expect(done).toMatchObject({ state: 'succeeded', deleted: 0, changed: 0 });
    expect((await list('?text=/keep')).total).toBe(1);
  });
});

describe('the door', () => {
  it('has an OpenAPI document that an independent validator accepts', async () => {
    const document = await product.json<Record<string, unknown>>('/api/v1/openapi.json');

    const result = await new Validator().validate(document);

    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
  });

  it('refuses missing, malformed and unknown keys on every route but the open ones', async () => {
    const document = await product.json<{ paths: Record<string, Record<string, { 'x-role': string }>> }>(
      '/api/v1/openapi.json',
    );
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, role: operation['x-role'] })),
    );

    const bad = [
      'Bearer nonsense',
      'Basic abc',
      `Bearer ${product.apiKey.slice(0, -1)}0`,
      `Bearer pcx_${'0'.repeat(49)}`,
    ];
    // One bad key a route: beyond 300 a minute, an address is not listened to.
    const answers = await Promise.all(
      operations.flatMap(({ path, method, role }, index) =>
        [undefined, bad[index % bad.length]].map(async (authorization) => {
          const headers = authorization ? { authorization } : {};
          const response = await fetch(`${product.url}${path.replaceAll(/\{\w+\}/g, 'x')}`, {
            method: method.toUpperCase(),
            headers,
          });
          return { path, method, role, status: response.status };
        }),
      ),
    );

    // Nobody can sign in with a browser where no issuer is set.
    const open = (path: string) => (/^\/auth\/(login|callback)$/.test(path) ? 404 : 200);
    const wrong = answers.filter(
      ({ path, role, status }) => status !== (role === 'anonymous' ? open(path) : 401),
    );
    expect(wrong).toEqual([]);
    expect(operations.length).toBeGreaterThan(10);
  });

  it('answers a problem for paths and methods that do not exist', async () => {
    const [path, method] = [
      await product.fetch('/api/v2/x'),
      await product.fetch('/api/v1/subscriptions', { method: 'DELETE' }),
    ];

    expect([path.status, method.status]).toEqual([404, 405]);
    expect(path.headers.get('content-type')).toContain('problem+json');
  });

  it('tells of each dependency', async () => {
    const health = await product.json<{ status: string; checks: Record<string, unknown> }>('/health');

    const sources = await product.json<{ data: { name: string }[] }>('/api/v1/connectors');

    expect(health.status).toBe('ok');
    expect(Object.keys(health.checks)).toEqual([
      'tables',
      ...containers.map(({ name }) => `container ${name}`),
      ...queues.map(({ name }) => `queue ${name}`),
      'azure',
      ...sources.data.map(({ name }) => `source ${name}`),
    ]);
  });

  it('lists and runs functions by hand, as Core Tools do', async () => {
    const functions = await product.json<{ name: string }[]>('/admin/functions');

    const response = await product.fetch('/admin/functions/sweepTimer', {
      method: 'POST',
      body: '{"input": ""}',
    });

    expect(functions.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['resourceEvents', 'securityExport']),
    );
    expect(response.status).toBe(202);
  });
});

describe('the guide’s own Python client, unchanged', () => {
  it('lists, gets, creates and deletes', async (context) => {
    const python = await pythonWithClient();
    if (!python) return context.skip('no python3 with aiohttp and requests, or no ../shared/seed');
    const file = join(tempDir(), 'client.py');
    await writeFile(file, `${python.source}\n${script(product)}`);

    const { stdout } = await run(python.command, [file]);

    expect(JSON.parse(stdout)).toEqual({
      total: SIZE,
      vms: true,
      got: true,
      created: 'py-1',
      batch: 2,
      deleted: true,
      healthy: true,
    });
  });
});

describe('starting', () => {
  it('says in one line what is wrong', async () => {
    const busy = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => busy.once('listening', resolve));
    const address = busy.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const corrupt = tempDir();
    await mkdir(join(corrupt, 'service-bus'), { recursive: true });
    await writeFile(
      join(corrupt, 'service-bus', 'service-bus.db'),
      'not a database at all, not at all'.repeat(100),
    );
    const file = join(tempDir(), 'file');
    await writeFile(file, '');

    const attempts = await Promise.all([
      attempt(['--port', String(port), '--data-dir', tempDir()]),
      attempt(['--drift', 'fast', '--port', 'x']),
      attempt(['--colour']),
      attempt(['--data-dir', product.dataDir]),
      attempt(['--data-dir', file]),
      attempt(['--estate', '/does/not/exist', '--data-dir', tempDir()]),
      attempt(['--data-dir', corrupt]),
    ]);
    busy.close();

    const firstLines = attempts.map(({ stderr }) => stderr.trim().split('\n')[0]);
    expect(attempts.map(({ code }) => code)).toEqual([1, 2, 2, 1, 1, 1, 1]);
    expect(firstLines[0]).toMatch(new RegExp(`${port}.*in use|in use.*${port}`, 'i'));
    expect(firstLines[1]).toContain('--port must be');
    expect(firstLines[2]).toContain('--colour');
    expect(firstLines[3]).toContain('in use by process');
    expect(firstLines[4]).toContain('cannot be used');
    expect(firstLines[5]).toContain('/does/not/exist');
    expect(firstLines[6]).toContain('Service Bus emulator');
    expect(
      attempts.flatMap(({ stderr }) => stderr.split('\n')).filter((line) => line.includes('    at ')),
    ).toEqual([]);
  }, 60_000);

  it('explains itself', async () => {
    const { code, stdout } = await attempt(['--help']);

    expect(code).toBe(0);
    expect(stdout).toContain('--estate-size');
  });
});

describe('a restart', () => {
  it('finds everything as it was, and stops cleanly', async () => {
    const dataDir = tempDir();
    const args = ['--estate-size', '60', '--drift', '0'];
    const first = await startProduct(args, dataDir);
    await until(
      () => first.json<Page>('/api/v1/resources'),
      ({ total }) => total === 60,
      20_000,
    );
    await first.fetch('/api/v1/resources', {
      method: 'POST',
      body: JSON.stringify({ name: 'mine', resource_type: 'OnPrem.Hosts/servers' }),
    });
    const firstExit = await first.stop();

    const second = await startProduct(args, dataDir);
    const page = await second.json<Page>('/api/v1/resources');
    const secondExit = await second.stop();

    expect([firstExit, secondExit]).toEqual([0, 0]);
    expect(page.total).toBe(61);
    expect(second.apiKey).toBe(first.apiKey);
  }, 60_000);
});

async function attempt(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await run(process.execPath, ['src/local/main.ts', '--json', ...args], {
      timeout: 30_000,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

async function pythonWithClient(): Promise<{ command: string; source: string } | undefined> {
  const guide = await readFile('../shared/seed/integration-guide.md', 'utf8').catch(() => '');
  const start = guide.indexOf('# python-sdk/policycortex/client.py');
  const source = guide.slice(start, guide.indexOf('# Usage example', start));
  if (start < 0) return undefined;
  for (const command of ['python3', '/usr/bin/python3']) {
    const works = await run(command, ['-c', 'import aiohttp, requests']).then(
      () => true,
      () => false,
    );
    if (works) return { command, source };
  }
  return undefined;
}

function script({ url, apiKey }: Product): string {
  return `
async def main():
    async with PolicyCortexClient(PolicyCortexConfig(base_url='${url}', api_key='${apiKey}')) as client:
        listed = await client.list_resources(page=1, limit=5)
        azure = await client._make_request('GET', '/api/v1/resources', params={'source': 'azure', 'limit': 1})
        vms = await client.list_resources(resource_type='virtual_machine')
        got = await client.get_resource(listed['data'][0]['id'])
        created = await client.create_resource({'name': 'py-1', 'resource_type': 'virtual_machine', 'location': 'eastus'})
        batch = await client.batch_create_resources([{'name': 'py-2', 'type': 'virtual_machine'}, {'name': 'py-3', 'type': 'virtual_machine'}])
        deleted = await client.delete_resource(created['id'])
        print(json.dumps({
            'total': azure['total'],
            'vms': len(vms['data']) > 0,
            'got': got['id'] == listed['data'][0]['id'],
            'created': created['name'],
            'batch': batch['succeeded'],
            'deleted': deleted,
            'healthy': client.health_check(),
        }))

asyncio.run(main())
`;
}
