import { describe, expect, test } from 'vitest';
import { graphClient, managementClient } from '../testing/clients.ts';
import { control, refusalOf, startTestAzure, truthOf } from '../testing/simulator.ts';

async function ask(url: string): Promise<Response> {
  const body = JSON.stringify({ query: 'resources | project id', options: { $top: 1 } });
  return fetch(`${url}/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01`, {
    method: 'POST',
    body,
  });
}

describe('each fault', () => {
  test('throttles every nth request with Retry-After, which the client honours', async () => {
    const { url } = await startTestAzure({ faults: { throttle: { every: 2, retryAfterSeconds: 1 } } });

    const statuses = [await ask(url), await ask(url), await ask(url)];
    const page = await graphClient(url, 3).resources({ query: 'resources | take 1' });

    expect(statuses.map((response) => response.status)).toEqual([200, 429, 200]);
    expect(await statuses[1]?.json()).toMatchObject({
      error: { code: 'RateLimiting', details: [{ code: 'RateLimiting' }] },
    });
    expect(statuses[1]?.headers.get('retry-after')).toBe('1');
    expect(statuses[1]?.headers.get('x-ms-user-quota-remaining')).toBe('0');
    expect(page.count).toBe(1);
  });

  test('answers 5xx at a rate that a seed repeats', async () => {
    const faults = { serverErrors: { rate: 0.5, status: 503 } };
    const [first, second] = [await startTestAzure({ faults }), await startTestAzure({ faults })];
    const read = async (url: string): Promise<number[]> => {
      const statuses: number[] = [];
      for (let index = 0; index < 20; index++) statuses.push((await ask(url)).status);
      return statuses;
    };

    const left = await read(first.url);
    const right = await read(second.url);

    expect(right).toEqual(left);
    expect(new Set(left)).toEqual(new Set([200, 503]));
  });

  test('resets the connection in the middle of an answer', async () => {
    const { url } = await startTestAzure({ faults: { resets: { every: 1 } } });

    const read = await refusalOf(ask(url).then((response) => response.text()));

    expect(read).toBeInstanceOf(Error);
  });

  test('slows pages down', async () => {
    const { url } = await startTestAzure({ faults: { slowPages: { milliseconds: 150 } } });
    const began = performance.now();

    await ask(url);

    expect(performance.now() - began).toBeGreaterThanOrEqual(149);
  });

  test('fails one resource group and no other', async () => {
    const simulator = await startTestAzure();
    const [subscription = ''] = simulator.subscriptionIds;
    const client = managementClient(simulator.url, subscription);
    const rows = (await truthOf(simulator.url)).filter((row) => row.subscriptionId === subscription);
    const [bad, good] = [...new Set(rows.map((row) => String(row.resourceGroup)))];
    simulator.setFaults({ failingResourceGroups: { names: [bad ?? ''], status: 403 } });

    const list = await refusalOf(client.resources.listByResourceGroup(bad ?? '').next());
    const one = await refusalOf(
      client.resources.getById(rows.find((row) => row.resourceGroup === bad)?.id ?? '', '2023-01-01'),
    );
    const other = await client.resources.listByResourceGroup(good ?? '').next();

    expect(list).toMatchObject({ statusCode: 403, code: 'AuthorizationFailed' });
    expect(one).toMatchObject({ statusCode: 403 });
    expect(other.value).toBeDefined();
  });

  test('refuses Resource Graph', async () => {
    const { url } = await startTestAzure({ faults: { graphRefused: true } });

    expect((await ask(url)).status).toBe(403);
  });

  test('expires skip tokens', async () => {
    const simulator = await startTestAzure();
    const client = graphClient(simulator.url);
    const { skipToken = '' } = await client.resources({ query: 'resources', options: { top: 10 } });
    simulator.setFaults({ expiredSkipTokens: true });

    const next = await refusalOf(client.resources({ query: 'resources', options: { top: 10, skipToken } }));

    expect(next).toMatchObject({ statusCode: 400, code: 'BadRequest' });
  });

  test('lets Resource Graph lag behind Resource Manager', async () => {
    const simulator = await startTestAzure();
    const before = await truthOf(simulator.url);
    simulator.setFaults({ graphLagSeconds: 60 });
    simulator.change(40);

    const lagging = await graphClient(simulator.url).resources({ query: 'resources | order by id asc' });
    simulator.setFaults({});
    const caughtUp = await graphClient(simulator.url).resources({ query: 'resources | order by id asc' });

    expect(lagging.data).toEqual(before);
    expect(lagging.totalRecords).toBe(500);
    expect(caughtUp.data).toEqual(await truthOf(simulator.url));
    expect(caughtUp.data).not.toEqual(before);
  });

  test('enforces the real quota', async () => {
    const { url } = await startTestAzure({ faults: { graphQuota: { requests: 2, seconds: 60 } } });

    const responses = [await ask(url), await ask(url), await ask(url)];

    expect(responses.map((response) => response.status)).toEqual([200, 200, 429]);
    expect(responses[0]?.headers.get('x-ms-user-quota-remaining')).toBe('1');
    expect(Number(responses[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

test('faults are switched at run time, and nonsense is refused', async () => {
  const { url } = await startTestAzure();

  const put = await control(url, { method: 'PUT', path: 'simulator/faults', body: { graphRefused: true } });
  const refused = await ask(url);
  const bad = await control(url, { method: 'PUT', path: 'simulator/faults', body: { thortle: {} } });
  const cleared = await control(url, { method: 'DELETE', path: 'simulator/faults' });
  const answered = await ask(url);

  expect(put).toEqual({ status: 200, body: { graphRefused: true } });
  expect(refused.status).toBe(403);
  expect(bad).toMatchObject({
    status: 400,
    body: { error: { code: 'InvalidRequestContent', message: expect.stringContaining('thortle') } },
  });
  expect(cleared.status).toBe(204);
  expect(answered.status).toBe(200);
});
