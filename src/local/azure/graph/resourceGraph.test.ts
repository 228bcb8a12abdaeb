import { expect, test } from 'vitest';
import { graphClient } from '../testing/clients.ts';
import { control, refusalOf, startTestAzure, truthOf } from '../testing/simulator.ts';

type Row = Readonly<Record<string, unknown>>;

async function readAll(
  url: string,
  query: string,
  subscriptions?: string[],
): Promise<{ rows: Row[]; pages: number }> {
  const client = graphClient(url);
  const rows: Row[] = [];
  let skipToken: string | undefined;
  let pages = 0;
  do {
    const options = { top: 100, ...(skipToken === undefined ? {} : { skipToken }) };
    const page = await client.resources({
      query,
      options,
      ...(subscriptions === undefined ? {} : { subscriptions }),
    });
    rows.push(...(page.data as Row[]));
    pages++;
    skipToken = page.skipToken;
  } while (skipToken !== undefined);
  return { rows, pages };
}

test('the genuine client pages through the whole estate, which equals the truth', async () => {
  const { url } = await startTestAzure();

  const { rows, pages } = await readAll(url, 'resources | order by id asc');

  expect(rows).toEqual(await truthOf(url));
  expect(rows).toHaveLength(500);
  expect(pages).toBe(5);
});

test('the last page may hold a single row, and a full one ends it', async () => {
  const { url } = await startTestAzure();
  const client = graphClient(url);

  const most = await client.resources({ query: 'resources', options: { top: 499 } });
  const rest = await client.resources({ query: 'resources', options: { skipToken: most.skipToken ?? '' } });
  const whole = await client.resources({ query: 'resources', options: { top: 500 } });

  expect([most.count, rest.count, whole.count]).toEqual([499, 1, 500]);
  expect([rest.skipToken, whole.skipToken]).toEqual([undefined, undefined]);
  expect([most.resultTruncated, rest.resultTruncated, whole.resultTruncated]).toEqual([
    'true',
    'false',
    'false',
  ]);
});

test('rows are as Resource Graph writes them', async () => {
  const { url, subscriptionIds, tenantId } = await startTestAzure();

  const { rows } = await readAll(url, "resources | where type =~ 'Microsoft.Web/sites'", [
    ...subscriptionIds,
  ]);

  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) {
    expect(row).toMatchObject({
      type: 'microsoft.web/sites',
      tenantId,
      managedBy: '',
      plan: null,
      extendedLocation: null,
    });
    expect(String(row.resourceGroup)).toBe(String(row.resourceGroup).toLowerCase());
    expect(row.location).toMatch(/^[a-z0-9]+$/);
  }
});

test('subscription scopes and conditions on subscriptionId restrict alike', async () => {
  const { url, subscriptionIds } = await startTestAzure();
  const [first = ''] = subscriptionIds;

  const scoped = await readAll(url, 'resources | order by id asc', [first]);
  const filtered = await readAll(
    url,
    `resources | where subscriptionId =~ '${first.toUpperCase()}' | order by id asc`,
  );

  expect(scoped.rows.length).toBeGreaterThan(0);
  expect(filtered.rows).toEqual(scoped.rows);
  expect(new Set(scoped.rows.map((row) => row.subscriptionId))).toEqual(new Set([first]));
});

test('a page that is filtered says how many there are in all', async () => {
  const { url } = await startTestAzure();
  const truth = await truthOf(url);
  const disks = truth.filter((row) => row.type === 'microsoft.compute/disks').length;

  const page = await graphClient(url).resources({
    query: "resources | where type == 'microsoft.compute/disks'",
    options: { top: 3 },
  });

  expect(page).toMatchObject({ totalRecords: disks, count: 3, resultTruncated: 'true' });
  expect(page.skipToken).toBeDefined();
});

test('order other than by id pages by offset without loss', async () => {
  const { url } = await startTestAzure();

  const { rows } = await readAll(url, 'resources | project id, name | order by name desc');

  const names = rows.map((row) => String(row.name));
  expect(new Set(rows.map((row) => row.id)).size).toBe(500);
  expect(names).toEqual(names.toSorted().reverse());
});

test('without an id there is no way on', async () => {
  const { url } = await startTestAzure();

  const page = await graphClient(url).resources({ query: 'resources | project name', options: { top: 10 } });

  expect(page).toMatchObject({ count: 10, resultTruncated: 'true' });
  expect(page.skipToken).toBeUndefined();
});

test('the table format has columns and rows', async () => {
  const { url } = await startTestAzure();

  const page = await graphClient(url).resources({
    query: 'resources | summarize n = count() by subscriptionId | order by n desc',
    options: { resultFormat: 'table' },
  });

  const data = page.data as { columns: unknown; rows: [string, number][] };
  expect(data.columns).toEqual([
    { name: 'subscriptionId', type: 'string' },
    { name: 'n', type: 'integer' },
  ]);
  expect(data.rows.reduce((sum, [, n]) => sum + n, 0)).toBe(500);
});

test('resourcecontainers lists groups, subscriptions and management groups', async () => {
  const { url, subscriptionIds } = await startTestAzure();

  const { rows } = await readAll(url, 'resourcecontainers | summarize n = count() by type');
  const one = await readAll(
    url,
    "resourcecontainers | where type == 'microsoft.resources/subscriptions' | project id",
  );

  expect(rows.map((row) => row.type)).toEqual([
    'microsoft.management/managementgroups',
    'microsoft.resources/subscriptions',
    'microsoft.resources/subscriptions/resourcegroups',
  ]);
  expect(one.rows.map((row) => row.id)).toEqual(subscriptionIds.map((id) => `/subscriptions/${id}`));
});

test('management group scopes cover the subscriptions below', async () => {
  const { url } = await startTestAzure();
  const client = graphClient(url);

  const platform = await client.resources({
    query: 'resources | distinct subscriptionId',
    managementGroups: ['mg-platform'],
  });
  const all = await client.resources({
    query: 'resources | distinct subscriptionId',
    managementGroups: ['MG-Contoso'],
  });

  expect(platform.count).toBe(1);
  expect(all.count).toBe(3);
});

test('resourcechanges tells what changed, how, when and by whom', async () => {
  const simulator = await startTestAzure();
  const changes = simulator.change(30);

  const { rows } = await readAll(
    simulator.url,
    'resourcechanges | where todatetime(properties.changeAttributes.timestamp) > ago(1h)',
  );

  const seen = rows.map(
    (row) => (row.properties as { targetResourceId: string; changeType: string }).targetResourceId,
  );
  const update = rows.find((row) => (row.properties as { changeType: string }).changeType === 'Update');
  const expected = changes.filter(
    (change) => change.kind !== 'Action' || Object.keys(change.changes).length > 0,
  );
  expect(seen).toEqual(expected.map((change) => change.target));
  expect(update).toMatchObject({
    type: 'microsoft.resources/changes',
    properties: {
      changeType: 'Update',
      changeAttributes: {
        timestamp: expect.any(String),
        changedBy: expect.any(String),
        changesCount: expect.any(Number),
      },
      changes: expect.any(Object),
    },
  });
});

test('bad queries, tokens and options are refused with details', async () => {
  const { url } = await startTestAzure();
  const client = graphClient(url);

  const parse = await refusalOf(client.resources({ query: 'resources | where type ==' }));
  const table = await refusalOf(client.resources({ query: 'nosuchtable | take 1' }));
  const token = await refusalOf(client.resources({ query: 'resources', options: { skipToken: 'x' } }));
  const top = await refusalOf(client.resources({ query: 'resources', options: { top: 1001 } }));

  expect(parse).toMatchObject({ statusCode: 400, code: 'BadRequest' });
  expect(String(parse)).toContain('timestamp =');
  expect(table).toMatchObject({ statusCode: 400 });
  expect(token).toMatchObject({ statusCode: 400 });
  expect(top).toMatchObject({ statusCode: 400 });
});

test('a skip token serves its own query only', async () => {
  const { url } = await startTestAzure();
  const client = graphClient(url);
  const { skipToken = '' } = await client.resources({ query: 'resources', options: { top: 10 } });

  const other = await refusalOf(
    client.resources({ query: 'resources | order by id asc', options: { top: 10, skipToken } }),
  );

  expect(other).toMatchObject({ statusCode: 400 });
});

test('rows made while a reader pages neither repeat nor shift the others', async () => {
  const simulator = await startTestAzure();
  const client = graphClient(simulator.url);
  const before = new Set((await truthOf(simulator.url)).map((row) => row.id));
  const first = await client.resources({ query: 'resources | project id', options: { top: 250 } });

  await control(simulator.url, { method: 'POST', path: 'simulator/drift', body: { changes: 60 } });
  const skipToken = first.skipToken ?? '';
  const second = await client.resources({
    query: 'resources | project id',
    options: { top: 1000, skipToken },
  });

  const read = [...(first.data as Row[]), ...(second.data as Row[])].map((row) => String(row.id));
  const kept = (await truthOf(simulator.url)).map((row) => row.id).filter((id) => before.has(id));
  expect(new Set(read).size).toBe(read.length);
  expect(kept.filter((id) => !read.includes(id))).toEqual([]);
});
