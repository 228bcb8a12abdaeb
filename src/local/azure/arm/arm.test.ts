import { describe, expect, test } from 'vitest';
import type { AzureSimulator } from '../index.ts';
import { managementClient } from '../testing/clients.ts';
import { refusalOf, startTestAzure, truthOf } from '../testing/simulator.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function started(): Promise<{
  simulator: AzureSimulator;
  client: ReturnType<typeof managementClient>;
  subscription: string;
}> {
  const simulator = await startTestAzure();
  const [subscription = ''] = simulator.subscriptionIds;
  return { simulator, client: managementClient(simulator.url, subscription), subscription };
}

async function firstOf(simulator: AzureSimulator, type: string): Promise<string> {
  const row = (await truthOf(simulator.url)).find((candidate) => candidate.type === type);
  if (row === undefined) throw new Error(`the estate has no ${type}`);
  return row.id;
}

describe('lists', () => {
  test('the groups and their resources are those of the subscription', async () => {
    const { simulator, client, subscription } = await started();

    const groups = await collect(client.resourceGroups.list());
    const perGroup = await Promise.all(
      groups.map((group) => collect(client.resources.listByResourceGroup(group.name ?? ''))),
    );
    const all = await collect(client.resources.list({ top: 7 }));

    const truth = (await truthOf(simulator.url))
      .filter((row) => row.subscriptionId === subscription)
      .map((row) => row.id);
    expect(all.map((item) => item.id)).toEqual(truth);
    expect(perGroup.flat()).toHaveLength(truth.length);
    expect(new Set(perGroup.flat().map((item) => item.id))).toEqual(new Set(truth));
  });

  test('carry no properties, and times only when asked', async () => {
    const { client } = await started();

    const [bare] = await collect(client.resources.list());
    const [full] = await collect(
      client.resources.list({ expand: 'createdTime,changedTime,provisioningState' }),
    );

    expect(bare).not.toHaveProperty('properties.provisioningState');
    expect(bare?.createdTime).toBeUndefined();
    expect(full?.createdTime).toBeInstanceOf(Date);
    expect(full?.provisioningState).toBe('Succeeded');
  });

  test('take filters', async () => {
    const { simulator, client, subscription } = await started();
    const filter = "resourceType eq 'Microsoft.Storage/storageAccounts'";

    const found = await collect(client.resources.list({ filter }));
    const bad = await refusalOf(collect(client.resources.list({ filter: 'nonsense' })));

    const truth = (await truthOf(simulator.url)).filter(
      (row) => row.type === 'microsoft.storage/storageaccounts' && row.subscriptionId === subscription,
    );
    expect(found.map((item) => item.id)).toEqual(truth.map((row) => row.id));
    expect(bad).toMatchObject({ statusCode: 400, code: 'InvalidFilterInQueryString' });
  });
});

describe('a resource by its id', () => {
  test('is found in any casing, with the versions of its type', async () => {
    const { simulator, client } = await started();
    const id = await firstOf(simulator, 'microsoft.keyvault/vaults');

    const found = await client.resources.getById(id.toUpperCase(), '2023-07-01');

    expect(found.id).toBe(id);
    expect(found.properties).toMatchObject({ provisioningState: 'Succeeded' });
  });

  test('is refused as Azure refuses it', async () => {
    const { simulator, client, subscription } = await started();
    const id = await firstOf(simulator, 'microsoft.keyvault/vaults');
    const group = id.split('/')[4] ?? '';
    const inGroup = `/subscriptions/${subscription}/resourceGroups/${group}/providers`;

    const version = await refusalOf(client.resources.getById(id, '2001-01-01'));
    const missing = await refusalOf(client.resources.getById(id.replace(/[^/]+$/, 'nothing'), '2023-07-01'));
    const noGroup = await refusalOf(
      client.resources.getById(id.replace(`/${group}/`, '/nogroup/'), '2023-07-01'),
    );
    const noType = await refusalOf(
      client.resources.getById(`${inGroup}/Microsoft.Nope/things/x`, '2023-07-01'),
    );
    const noVersion = await fetch(`${simulator.url}${id}`);

    expect(version).toMatchObject({ statusCode: 400, code: 'NoRegisteredProviderFound' });
    expect(String(version)).toContain('2023-07-01');
    expect(missing).toMatchObject({ statusCode: 404, code: 'ResourceNotFound' });
    expect(noGroup).toMatchObject({ statusCode: 404, code: 'ResourceGroupNotFound' });
    expect(noType).toMatchObject({ statusCode: 404, code: 'InvalidResourceType' });
    expect(noVersion.status).toBe(400);
    expect(await noVersion.json()).toMatchObject({ error: { code: 'MissingApiVersionParameter' } });
  });

  test('is created, changed and deleted', async () => {
    const { simulator, client, subscription } = await started();
    const [group] = await collect(client.resourceGroups.list());
    const id = `${group?.id}/providers/Microsoft.Storage/storageAccounts/stbrandnew1`;
    const body = {
      location: 'westeurope',
      kind: 'StorageV2',
      sku: { name: 'Standard_LRS' },
      properties: { minimumTlsVersion: 'TLS1_0' },
    };

    const created = await client.resources.createOrUpdateById(id, '2023-05-01', body);
    const patched = await client.resources.updateById(id, '2023-05-01', {
      tags: { owner: 'me' },
      properties: { minimumTlsVersion: 'TLS1_2' },
    });
    const listed = (await truthOf(simulator.url)).find((row) => row.id === id);
    await client.resources.deleteById(id, '2023-05-01');
    const exists = await client.resources.checkExistenceById(id, '2023-05-01');

    expect(created).toMatchObject({
      id,
      name: 'stbrandnew1',
      properties: { provisioningState: 'Succeeded' },
    });
    expect(patched).toMatchObject({ tags: { owner: 'me' }, properties: { minimumTlsVersion: 'TLS1_2' } });
    expect(listed).toMatchObject({
      kind: 'StorageV2',
      sku: { name: 'Standard_LRS' },
      subscriptionId: subscription,
    });
    expect(exists).toEqual({ body: false });
    expect((await truthOf(simulator.url)).map((row) => row.id)).not.toContain(id);
    expect(simulator.size()).toBe(500);
  });

  test('is created in the casing of its group, whatever the caller writes', async () => {
    const { simulator, client } = await started();
    const [group] = await collect(client.resourceGroups.list());
    const id = `${group?.id}/providers/Microsoft.Compute/disks/Disk1`;

    await client.resources.createOrUpdateById(id.toUpperCase(), '2023-10-02', {
      location: 'westeurope',
      properties: {},
    });

    const row = (await truthOf(simulator.url)).find(
      (candidate) => candidate.id.toLowerCase() === id.toLowerCase(),
    );
    expect(row?.id).toBe(id.replace('Disk1', 'DISK1'));
  });

  test('cannot move, nor hang below nothing', async () => {
    const { simulator, client } = await started();
    const id = await firstOf(simulator, 'microsoft.keyvault/vaults');
    const server = id.replace(/Microsoft\.KeyVault.*/, 'Microsoft.Sql/servers/none/databases/db');

    const moved = await refusalOf(
      client.resources.createOrUpdateById(id, '2023-07-01', {
        location: 'brazilsouth',
        properties: {},
      }),
    );
    const orphan = await refusalOf(
      client.resources.createOrUpdateById(server, '2021-11-01', {
        location: 'westeurope',
        properties: {},
      }),
    );

    expect(moved).toMatchObject({ statusCode: 409, code: 'InvalidResourceLocation' });
    expect(orphan).toMatchObject({ statusCode: 404, code: 'ParentResourceNotFound' });
  });

  test('takes its children along', async () => {
    const { simulator, client } = await started();
    const database = await firstOf(simulator, 'microsoft.sql/servers/databases');
    const server = database.split('/').slice(0, -2).join('/');

    await client.resources.deleteById(server, '2021-11-01');

    const left = (await truthOf(simulator.url)).filter((row) => row.id.startsWith(server));
    expect(left).toEqual([]);
  });
});

describe('children inside their parents', () => {
  test('a subnet is written into its network', async () => {
    const { simulator, client } = await started();
    const network = await firstOf(simulator, 'microsoft.network/virtualnetworks');
    const id = `${network}/subnets/snet-extra`;
    const body = { properties: { addressPrefix: '10.9.9.0/24' } };

    await client.resources.createOrUpdateById(id, '2023-11-01', body);
    const child = await client.resources.getById(id, '2023-11-01');
    const parent = await client.resources.getById(network, '2023-11-01');
    await client.resources.deleteById(id, '2023-11-01');
    const after = await refusalOf(client.resources.getById(id, '2023-11-01'));

    expect(child).toMatchObject({ id, name: 'snet-extra', properties: { addressPrefix: '10.9.9.0/24' } });
    expect(JSON.stringify(parent.properties)).toContain('snet-extra');
    expect(after).toMatchObject({ statusCode: 404 });
    expect(simulator.size()).toBe(500);
  });
});

test('a machine is deallocated and started', async () => {
  const { simulator, client } = await started();
  const id = await firstOf(simulator, 'microsoft.compute/virtualmachines');

  const response = await fetch(`${simulator.url}${encodeURI(id)}/deallocate?api-version=2024-07-01`, {
    method: 'POST',
  });
  const stopped = await client.resources.getById(id, '2024-07-01');
  await fetch(`${simulator.url}${encodeURI(id)}/start?api-version=2024-07-01`, { method: 'POST' });
  const running = await client.resources.getById(id, '2024-07-01');

  expect(response.status).toBe(202);
  expect(JSON.stringify(stopped.properties)).toContain('PowerState/deallocated');
  expect(JSON.stringify(running.properties)).toContain('PowerState/running');
});

test('a group is made, tagged, and deleted with all that is in it', async () => {
  const { simulator, client, subscription } = await started();
  const [victim] = await collect(client.resourceGroups.list());
  const name = victim?.name ?? '';

  const made = await client.resourceGroups.createOrUpdate('rg-new', {
    location: 'northeurope',
    tags: { a: 'b' },
  });
  await client.resourceGroups.delete(name);
  const groups = await collect(client.resourceGroups.list());

  const left = (await truthOf(simulator.url)).filter(
    (row) => row.resourceGroup === name.toLowerCase() && row.subscriptionId === subscription,
  );
  expect(made).toMatchObject({ name: 'rg-new', location: 'northeurope', tags: { a: 'b' } });
  expect(groups.map((group) => group.name)).toContain('rg-new');
  expect(groups.map((group) => group.name)).not.toContain(name);
  expect(left).toEqual([]);
  expect(simulator.size()).toBeLessThan(500);
});

test('providers tell the versions of every type in the estate', async () => {
  const { simulator, client } = await started();

  const providers = await collect(client.providers.list());
  const one = await client.providers.get('microsoft.compute');

  const known = new Set(
    providers.flatMap(({ namespace, resourceTypes = [] }) =>
      resourceTypes.map((type) => `${namespace}/${type.resourceType}`.toLowerCase()),
    ),
  );
  const unknown = (await truthOf(simulator.url)).filter((row) => !known.has(row.type));
  expect(unknown).toEqual([]);
  expect(one.resourceTypes?.find((type) => type.resourceType === 'virtualMachines')).toMatchObject({
    defaultApiVersion: '2024-11-01',
    apiVersions: expect.arrayContaining(['2024-07-01']),
  });
});

test('subscriptions, tenants and management groups', async () => {
  const { simulator } = await started();
  const get = async (
    path: string,
  ): Promise<{ value: { name?: string; subscriptionId?: string; tenantId?: string }[] }> =>
    (await fetch(`${simulator.url}${path}?api-version=2022-12-01`)).json() as never;

  const subscriptions = await get('/subscriptions');
  const tenants = await get('/tenants');
  const below = await get('/providers/Microsoft.Management/managementGroups/mg-contoso/descendants');

  expect(subscriptions.value.map((entry) => entry.subscriptionId)).toEqual(simulator.subscriptionIds);
  expect(tenants.value[0]?.tenantId).toBe(simulator.tenantId);
  expect(below.value.map((entry) => entry.name)).toEqual(
    expect.arrayContaining(['mg-platform', ...simulator.subscriptionIds]),
  );
});

test('tags are merged through the tags resource', async () => {
  const { simulator, client } = await started();
  const id = await firstOf(simulator, 'microsoft.keyvault/vaults');

  await client.tagsOperations.updateAtScope(id, {
    operation: 'Merge',
    properties: { tags: { reviewed: 'yes' } },
  });
  const found = await client.tagsOperations.getAtScope(id);

  expect(found.properties?.tags).toMatchObject({ reviewed: 'yes' });
});

test('providers list their own types with whole documents', async () => {
  const { simulator, subscription } = await started();
  const truth = await truthOf(simulator.url);
  const database = truth.find((row) => row.type === 'microsoft.sql/servers/databases')?.id ?? '';
  const network = await firstOf(simulator, 'microsoft.network/virtualnetworks');
  const list = async (path: string, version: string): Promise<{ id: string; properties: object }[]> => {
    const response = await fetch(`${simulator.url}${encodeURI(path)}?api-version=${version}`);
    return ((await response.json()) as { value: { id: string; properties: object }[] }).value;
  };

  const machines = await list(
    `/subscriptions/${subscription}/providers/Microsoft.Compute/virtualMachines`,
    '2024-07-01',
  );
  const databases = await list(database.replace(/\/[^/]+$/, ''), '2021-11-01');
  const subnets = await list(`${network}/subnets`, '2023-11-01');

  const expected = truth.filter(
    (row) => row.type === 'microsoft.compute/virtualmachines' && row.subscriptionId === subscription,
  );
  expect(machines.map((machine) => machine.id)).toEqual(expected.map((row) => row.id));
  expect(machines.every((machine) => 'vmId' in machine.properties)).toBe(true);
  expect(databases.map((item) => item.id)).toContain(database);
  expect(subnets[0]?.id).toContain(`${network}/subnets/`);
});
