import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { aliasesFromProviders, compileDefinition } from '#features/policy/index.ts';
import { starterAliases, starterDefinitions } from '#features/starter-pack/index.ts';
import { startTestAzure } from '../testing/simulator.ts';

const VERSION = 'api-version=2023-04-01';
const AUTHORIZATION = 'providers/Microsoft.Authorization';

type Listed = {
  readonly value: { id: string; name: string; properties: Record<string, unknown> }[];
  readonly nextLink?: string;
};

async function get(url: string): Promise<Listed> {
  return (await (await fetch(url)).json()) as Listed;
}

async function send(method: string, url: string, body?: unknown) {
  const response = await fetch(url, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const text = await response.text();
  return {
    status: response.status,
    body: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>),
  };
}

const names = ({ value }: Listed) => value.map(({ name }) => name).sort();

test('every built-in definition compiles with the aliases that the providers have, and so does the starter pack', async () => {
  const { url, subscriptionIds } = await startTestAzure();
  const providers = await get(
    `${url}/subscriptions/${subscriptionIds[0]}/providers?api-version=2021-04-01&$expand=resourceTypes/aliases`,
  );
  const aliases = aliasesFromProviders(providers);
  const { value } = await get(`${url}/${AUTHORIZATION}/policyDefinitions?${VERSION}`);

  const broken = [...value, ...starterDefinitions].flatMap((definition) => {
    const result = compileDefinition(definition, { aliases });
    return result.ok ? [] : [`${definition.name}: ${result.problems[0]?.reason}`];
  });

  expect(value.length).toBe(25);
  expect(broken).toEqual([]);
  expect([...starterAliases().aliases.keys()].filter((name) => !aliases.aliases.has(name))).toEqual([]);
  expect(
    aliases.aliases
      .get('microsoft.network/virtualnetworks/subnets[*].addressprefix')
      ?.targets.get('microsoft.network/virtualnetworks')?.defaultPath,
  ).toBe('properties.subnets[*].properties.addressPrefix');
});

test('lists of a subscription hold what is inherited, at it and below; filters narrow that', async () => {
  const { url, subscriptionIds } = await startTestAzure();
  const [first] = subscriptionIds;
  const assignments = (filter = '') =>
    get(
      `${url}/subscriptions/${first}/${AUTHORIZATION}/policyAssignments?${VERSION}${filter && `&$filter=${filter}`}`,
    );

  expect(names(await assignments())).toEqual([
    'allowed-locations',
    'cost-center',
    'https-only',
    'no-basic-ip',
    'security-benchmark',
  ]);
  expect(names(await assignments('atScope()'))).toEqual([
    'allowed-locations',
    'cost-center',
    'no-basic-ip',
    'security-benchmark',
  ]);
  expect(names(await assignments('atExactScope()'))).toEqual(['allowed-locations', 'no-basic-ip']);
  expect(
    names(
      await get(
        `${url}/subscriptions/${first}/${AUTHORIZATION}/policyDefinitions?${VERSION}&$filter=policyType eq 'Custom'`,
      ),
    ),
  ).toEqual(['cost-center-tag', 'no-basic-ip']);
  expect(
    (
      await send(
        'GET',
        `${url}/subscriptions/${first}/${AUTHORIZATION}/policyAssignments?${VERSION}&$filter=nonsense`,
      )
    ).status,
  ).toBe(400);
});

test('objects are put and deleted as Resource Manager does it', async () => {
  const { url, subscriptionIds } = await startTestAzure();
  const scope = `${url}/subscriptions/${subscriptionIds[0]}`;
  const definition = `/subscriptions/${subscriptionIds[0]}/${AUTHORIZATION}/policyDefinitions/mine`;
  const put = (path: string, properties: unknown) =>
    send('PUT', `${scope}/${AUTHORIZATION}/${path}?${VERSION}`, { properties });

  const bad = await put('policyDefinitions/mine', {});
  const made = await put('policyDefinitions/mine', { policyRule: {} });
  const again = await put('policyDefinitions/mine', { policyRule: {} });
  const orphan = await put('policyAssignments/mine', { policyDefinitionId: '/nowhere' });
  const assigned = await put('policyAssignments/mine', { policyDefinitionId: definition });
  const inUse = await send('DELETE', `${url}${definition}?${VERSION}`);
  const unassigned = await send('DELETE', `${scope}/${AUTHORIZATION}/policyAssignments/mine?${VERSION}`);
  const gone = await send('DELETE', `${url}${definition}?${VERSION}`);
  const nothing = await send('DELETE', `${url}${definition}?${VERSION}`);
  const nowhere = await send(
    'GET',
    `${url}/subscriptions/none/${AUTHORIZATION}/policyAssignments?${VERSION}`,
  );

  expect(
    [bad, made, again, orphan, assigned, inUse, unassigned, gone, nothing, nowhere].map(
      ({ status }) => status,
    ),
  ).toEqual([400, 201, 200, 404, 201, 400, 200, 200, 204, 404]);
  expect(made.body).toMatchObject({
    id: definition,
    properties: { policyType: 'Custom' },
    systemData: { createdByType: 'User' },
  });
});

test('a catalogue file, gzipped, is served in pages, and what was changed outlives a restart', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'policies-'));
  const policyCatalogueFile = join(dataDir, 'catalogue.jsonl.gz');
  const lines = Array.from({ length: 700 }, (_, n) =>
    JSON.stringify({
      id: `/${AUTHORIZATION}/policyDefinitions/d${n}`,
      name: `d${n}`,
      properties: { policyType: 'BuiltIn' },
    }),
  );
  writeFileSync(policyCatalogueFile, gzipSync(lines.join('\n')));
  const first = await startTestAzure({ dataDir, policyCatalogueFile });
  const path = `subscriptions/${first.subscriptionIds[0]}/${AUTHORIZATION}/policyAssignments/kept?${VERSION}`;
  await send('PUT', `${first.url}/${path}`, {
    properties: { policyDefinitionId: `/${AUTHORIZATION}/policyDefinitions/d1` },
  });
  await first.close();
  const second = await startTestAzure({ dataDir, policyCatalogueFile });

  const page = await get(`${second.url}/${AUTHORIZATION}/policyDefinitions?${VERSION}`);
  const rest = await get(page.nextLink ?? '');

  expect([page.value.length, rest.value.length, rest.nextLink]).toEqual([500, 200, undefined]);
  expect((await send('GET', `${second.url}/${path}`)).status).toBe(200);
  await expect(startTestAzure({ policyCatalogueFile: '/nowhere.jsonl' })).rejects.toThrow(
    'there is no such file',
  );
});
