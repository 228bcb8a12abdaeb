import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AzureSimulator, startAzure } from '#local/azure/index.ts';
import { checkLog, readCommits } from './soak/verify.ts';
import { startEmulators } from './support/emulators.ts';
import { type Product, startProduct } from './support/inProcess.ts';
import {
  type ApiDocument,
  checkAnswer,
  type FuzzRequest,
  operationsOf,
  requestsOf,
} from './support/openApiFuzz.ts';
import { startProduct as startHost } from './support/product.ts';

const SEED = Number(process.env.FUZZ_SEED ?? 20_260_101);
const RUNS = Number(process.env.FUZZ_RUNS ?? 2000);
const HOST_RUNS = Math.ceil(RUNS / 10);
const MAX_SHOWN = 25;
const MAX_TARGET = 8000;
/** A request takes some 5 ms; a machine may be ten times slower. */
const TIMEOUT_MS = Math.max(180_000, RUNS * 50);
/** Stands in everything that another tenant keeps: no answer may hold it. */
const CANARY = 'canary-of-another-tenant';
const OTHER_TENANT = '22222222-2222-4222-8222-222222222222';

type Send = (request: FuzzRequest) => Promise<Response>;

let emulators: Awaited<ReturnType<typeof startEmulators>>;
let azure: AzureSimulator;
let product: Product;

beforeAll(async () => {
  process.stdout.write(`fuzz: FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}\n`);
  emulators = await startEmulators();
  azure = await startAzure({ port: 0, dataDir: undefined, estateSize: 60, seed: 99, drift: 0 });
  product = await startProduct({
    ...emulators.environment,
    TENANT_ID: azure.tenantId,
    AZURE_RESOURCE_MANAGER_ENDPOINT: azure.url,
    INDEX_FRESHNESS_MS: '0',
  });
});
afterAll(async () => {
  await product.stop();
  await azure.close();
  await emulators.stop();
});

/** What an answer must be, whatever was asked; what is wrong, a line each. */
async function judge(document: ApiDocument, request: FuzzRequest, response: Response): Promise<string[]> {
  const problems: string[] = [];
  const type = response.headers.get('content-type') ?? '';
  const text = await textOf(response);
  if (response.status >= 500) problems.push(`status ${response.status}`);
  if (text.includes(CANARY)) problems.push('it holds something of another tenant');
  if (!response.headers.get('x-correlation-id')) problems.push('no correlation id');
  if (request.method === 'HEAD') return problems;
  if (response.status >= 400) return [...problems, ...judgeProblem(response.status, type, text)];
  const operation = operationOf(document, request);
  const isItsOwn = operation?.method === request.method;
  const content = operation?.responses[response.status]?.content;
  const schema = content?.['application/json']?.schema ?? content?.['application/scim+json']?.schema;
  if (isItsOwn && !operation?.responses[response.status] && response.status !== 304)
    problems.push(`status ${response.status} is not in the document`);
  if (isItsOwn && schema && /^application\/(scim\+)?json/.test(type)) {
    const difference = checkAnswer(document, schema, JSON.parse(text));
    if (difference) problems.push(`not as the document says: ${difference}`);
  }
  return problems;
}

/** An odd id can make the path of one operation that of another. */
function operationOf(document: ApiDocument, { operation, method, target }: FuzzRequest) {
  const path = new URL(`http://host${target}`).pathname.replace(/\/+$/, '');
  const operations = operationsOf(document);
  return (
    operations.find((candidate) => candidate.method === method && candidate.path === path) ??
    operations.find(({ name }) => name === operation)
  );
}

/** `fetch` unpacks; the API in this process does not. */
async function textOf(response: Response): Promise<string> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isPacked ? gunzipSync(bytes) : bytes).toString();
}

function judgeProblem(status: number, type: string, text: string): string[] {
  if (type.startsWith('application/scim+json')) return judgeScimError(status, text);
  if (!type.startsWith('application/problem+json')) return [`${status} as ${type}: ${text.slice(0, 200)}`];
  const problem = JSON.parse(text) as Record<string, unknown>;
  const lacking = ['type', 'title', 'detail'].filter((field) => typeof problem[field] !== 'string');
  return [
    ...lacking.map((field) => `the problem has no ${field}`),
    ...(problem.status === status
      ? []
      : [`the problem says ${String(problem.status)}, the answer ${status}`]),
  ];
}

/** An error of SCIM's own shape (RFC 7644 section 3.12). */
function judgeScimError(status: number, text: string): string[] {
  const error = JSON.parse(text) as Record<string, unknown>;
  const isRight = error.status === String(status) && typeof error.detail === 'string';
  return isRight ? [] : [`no SCIM error: ${text.slice(0, 200)}`];
}

/** Sends each request; returns what was wrong, each kind once with its first request. */
async function run(
  send: Send,
  options: {
    document: ApiDocument;
    ids: readonly string[];
    runs: number;
    fingerprint?: () => Promise<string>;
  },
): Promise<string[]> {
  const { document, fingerprint = async () => '' } = options;
  const found = new Map<string, { count: number; request: FuzzRequest }>();
  const requests = fc.sample(requestsOf(document, options.ids), { numRuns: options.runs, seed: SEED });
  let before = await fingerprint();
  for (const request of requests) {
    const response = await send(request);
    const { status } = response;
    const problems = await judge(document, request, response);
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    const after = isReading ? before : await fingerprint();
    if (status >= 400 && after !== before)
      problems.push(`something was written though it answered ${status}`);
    before = after;
    for (const problem of problems) {
      const name = `${request.operation}: ${problem}`;
      found.set(name, { request, ...found.get(name), count: (found.get(name)?.count ?? 0) + 1 });
    }
  }
  return [...found]
    .slice(0, MAX_SHOWN)
    .map(([name, { count, request }]) => `${count} × ${name}\n   ${JSON.stringify(request).slice(0, 800)}`);
}

/** Every commit gives its segment a new marker, and every policy its tenant a new revision, so what was written shows here. */
async function fingerprint(): Promise<string> {
  const { storeOf, governanceOf } = product.services;
  const segments = await storeOf(azure.tenantId).segments.list();
  const { number } = await governanceOf(azure.tenantId).room.store.revision();
  return JSON.stringify([segments, number]);
}

it(`answers ${RUNS} requests of every kind as it should`, { timeout: TIMEOUT_MS }, async () => {
  await product.call('POST', '/api/v1/sync');
  await product.quiet();
  await product.stopWorkers();
  const { body } = await product.call('GET', '/api/v1/openapi.json');
  const resources = await product.call('GET', '/api/v1/resources?limit=20');
  const { data } = resources.body as { data: { id: string; short_id: string }[] };
  const registered = await register(30);
  const others = await plantCanaries();
  const ids = [...data.slice(0, 10).flatMap(({ id, short_id }) => [id, short_id]), ...registered, ...others];

  const problems = await run(
    async ({ method, target, headers, body: text, key }) => {
      const authorization = await authorizationOf(key);
      const request = new Request(`http://product${target}`, {
        method,
        headers: { ...headers, ...authorization },
        ...(text !== undefined && { body: text }),
      });
      return product.services.api.handle(request, () => undefined);
    },
    { document: body as ApiDocument, ids, runs: RUNS, fingerprint },
  );

  const store = product.services.storeOf(azure.tenantId);
  expect(problems.join('\n')).toBe('');
  expect(await checkLog(store, await readCommits(store))).toEqual([]);
});

/** Something of every kind that another tenant keeps; returns ids, which requests then name. */
async function plantCanaries(): Promise<string[]> {
  const { api, identity } = product.services;
  const key = await identity.createKey({ tenantId: OTHER_TENANT, role: 'owner', name: CANARY });
  async function send(method: string, path: string, body: object): Promise<Record<string, unknown>> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const request = new Request(`http://product${path}`, { method, headers, body: JSON.stringify(body) });
    const response = await api.handle(request, () => undefined);
    expect(response.status).toBeLessThan(300);
    return (await response.json()) as Record<string, unknown>;
  }
  const type = { resource_type: 'Fuzz.Test/things', tags: { canary: CANARY } };
  const resource = await send('POST', '/api/v1/resources', { name: CANARY, ...type });
  const made = await send('POST', '/api/v1/keys', { name: CANARY, role: 'viewer' });
  await send('PUT', '/api/v1/role-mappings', { data: [{ claim: 'group', value: CANARY, role: 'viewer' }] });
  const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
  const user = await send('POST', '/scim/v2/Users', { schemas, userName: CANARY });
  const { job } = await product.services.jobsOf(OTHER_TENANT).start('sync', [CANARY]);
  return [resource.short_id, made.id, user.id, job.id].map(String);
}

/** Resources that a request may change or delete; returns their ids. */
async function register(count: number): Promise<string[]> {
  const headers = { ...(await authorizationOf('owner')), 'content-type': 'application/json' };
  const resources = Array.from({ length: count }, (_, n) => ({
    name: `own${n}`,
    resource_type: 'Fuzz.Test/things',
  }));
  const body = JSON.stringify({ resources });
  const request = new Request('http://product/api/v1/resources/batch', { method: 'POST', headers, body });
  const response = await product.services.api.handle(request, () => undefined);
  const { data } = (await response.json()) as { data: { id: string; short_id: string }[] };
  return data.flatMap(({ id, short_id }) => [id, short_id]);
}

/** What is no percent-encoding, or longer than a request line may be, is answered by the host and never reaches us. */
function asHostsTake(target: string): string {
  let cut = target.slice(0, MAX_TARGET).replace(/%[\da-f]?$/i, '');
  if (target.length > MAX_TARGET) while (/%[89ab][\da-f]$/i.test(cut)) cut = cut.slice(0, -3);
  if (target.length > MAX_TARGET) cut = cut.replace(/%[c-f][\da-f]$/i, '');
  return cut.replaceAll(/%(?![\da-f]{2})/gi, '%25');
}

async function authorizationOf(key: string | undefined): Promise<Record<string, string>> {
  if (key === undefined) return {};
  if (key === 'unknown') return { authorization: 'Bearer pcx_nobody' };
  return { authorization: `Bearer ${await product.keyOf(key as 'owner')}` };
}

it(`answers ${HOST_RUNS} of them over the wire as it should`, { timeout: TIMEOUT_MS }, async () => {
  const host = await startHost(['--estate-size', '60', '--drift', '0']);
  try {
    const document = await host.json<ApiDocument>('/api/v1/openapi.json');
    const ids = ['/subscriptions/x/resourceGroups/y', 'res_aaaaaaaabbbbbbbbbbbbbbbbbbbbbbbb'];

    const problems = await run(
      ({ method, target, headers, body, key }) =>
        fetch(`${host.url}${asHostsTake(target)}`, {
          method,
          headers: { ...headers, ...(key !== undefined && { authorization: `Bearer ${host.apiKey}` }) },
          ...(body !== undefined && { body }),
        }),
      { document, ids, runs: HOST_RUNS },
    );

    expect(problems.join('\n')).toBe('');
  } finally {
    await host.stop();
  }
});
