import { parseWith } from '#http/input.ts';
import { toProblem } from '#http/problem.ts';
import type { Collection } from './collection.ts';
import { toScimError } from './dialect.ts';
import { isObject } from './document/read.ts';
import { locationOf } from './document/render.ts';
import { ScimFailure } from './problems.ts';
import { type Json, newId } from './resource.ts';
import { type BulkBody, type BulkOperation, type BulkResponse, Operations, PatchBody } from './schema.ts';
import type { TenantDirectory } from './service.ts';

type Result = BulkResponse['Operations'][number];
type Context = {
  readonly directory: TenantDirectory;
  readonly base: string;
  readonly correlationId: string;
  /** Ids that new resources will have, by bulkId. */
  readonly ids: ReadonlyMap<string, string>;
};

const REFERENCE = /^bulkId:(.+)$/;
const REFERENCES = /(?<=^|\/)bulkId:([^/]+)/g;

/**
 * Carries out many operations (RFC 7644 section 3.7), those that others refer to first. Ids of new resources are given
 * beforehand, so that two of them may refer to each other. What refers to one that failed fails, too.
 * After `failOnErrors` errors the rest is left alone and not in the answer.
 */
export async function runBulk(
  body: BulkBody,
  options: { directory: TenantDirectory; base: string; correlationId: string; now: Date },
): Promise<BulkResponse> {
  const operations = body.Operations;
  const ids = promisedIds(operations, options.now);
  const context = { ...options, ids };
  const results = new Map<BulkOperation, Result>();
  const failed = new Set<string>();
  for (const operation of inOrder(operations)) {
    const result = await run(operation, context, failed);
    results.set(operation, result);
    if (result.response && operation.bulkId) failed.add(operation.bulkId);
    const errors = [...results.values()].filter(({ response }) => response).length;
    if (body.failOnErrors !== undefined && errors >= body.failOnErrors) break;
  }
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
    Operations: operations.flatMap((operation) => results.get(operation) ?? []),
  };
}

/** @throws ScimFailure where two new resources have the same bulkId */
function promisedIds(operations: readonly BulkOperation[], now: Date): Map<string, string> {
  const ids = new Map<string, string>();
  for (const { method, bulkId } of operations) {
    if (method.toUpperCase() !== 'POST' || bulkId === undefined) continue;
    if (ids.has(bulkId)) throw new ScimFailure('invalidValue', `bulkId ${bulkId} is there twice`);
    ids.set(bulkId, newId(now));
  }
  return ids;
}

/** Each operation after those that it refers to, as far as they do not refer to each other. */
function inOrder(operations: readonly BulkOperation[]): BulkOperation[] {
  const makers = new Map(operations.map((operation) => [operation.bulkId, operation]));
  const order = new Set<BulkOperation>();
  const visited = new Set<BulkOperation>();
  const waiting = [...operations].reverse();
  for (let operation = waiting.at(-1); operation; operation = waiting.at(-1)) {
    const needed = visited.has(operation)
      ? []
      : [...new Set(referencesIn(operation))].flatMap((bulkId) => makers.get(bulkId) ?? []);
    visited.add(operation);
    const missing = needed.filter((maker) => !visited.has(maker));
    if (missing.length > 0) waiting.push(...missing);
    else order.add(waiting.pop() as BulkOperation);
  }
  return [...order];
}

async function run(operation: BulkOperation, context: Context, failed: ReadonlySet<string>): Promise<Result> {
  const method = operation.method.toUpperCase();
  const same = { method, ...(operation.bulkId !== undefined && { bulkId: operation.bulkId }) };
  let location: string | undefined;
  try {
    const needed = referencesIn(operation).find((bulkId) => failed.has(bulkId) || !context.ids.has(bulkId));
    if (needed !== undefined)
      throw new ScimFailure('invalidValue', `bulkId:${needed.slice(0, 100)} was not created`);
    const { collection, id } = targetOf(operation, context);
    const { kind } = collection.store;
    if (id !== undefined) location = locationOf(kind, id, context.base);
    const done = await act(collection, { operation, method, id, ids: context.ids });
    const found = done.id === undefined ? {} : { location: locationOf(kind, done.id, context.base) };
    return {
      ...same,
      ...found,
      ...(done.version !== undefined && { version: done.version }),
      status: done.status,
    };
  } catch (error) {
    const { correlationId } = context;
    const response = toScimError(toProblem(error, { instance: operation.path, correlationId }));
    return { ...same, ...(location !== undefined && { location }), status: response.status, response };
  }
}

type Done = { readonly status: string; readonly id?: string; readonly version?: string };

async function act(
  collection: Collection,
  call: {
    operation: BulkOperation;
    method: string;
    id: string | undefined;
    ids: ReadonlyMap<string, string>;
  },
): Promise<Done> {
  const { operation, method, id, ids } = call;
  const data = resolved(operation.data, ids);
  const done = ({ id: of, meta }: { id: string; meta: { version: string } }, status: string): Done => ({
    status,
    id: of,
    version: meta.version,
  });
  if (method === 'POST' && id === undefined) {
    if (operation.bulkId === undefined) throw new ScimFailure('invalidSyntax', 'POST needs a bulkId');
    return done(await collection.create(toObject(data), { id: ids.get(operation.bulkId) }), '201');
  }
  if (id === undefined || method === 'POST')
    throw new ScimFailure('invalidPath', `${method} is not possible at ${operation.path.slice(0, 200)}`);
  if (method === 'PUT')
    return done((await collection.replace(id, toObject(data), operation.version)).after, '200');
  if (method === 'PATCH') {
    const operations = Array.isArray(data)
      ? parseWith(Operations, data, 'body')
      : parseWith(PatchBody, data, 'body').Operations;
    return done((await collection.patch(id, operations, operation.version)).after, '200');
  }
  if (method !== 'DELETE') throw new ScimFailure('invalidSyntax', `method is POST, PUT, PATCH or DELETE`);
  await collection.remove(id, operation.version);
  return { status: '204', id };
}

/** @throws ScimFailure `invalidPath` */
function targetOf(
  { path }: BulkOperation,
  { directory, ids }: Context,
): { collection: Collection; id: string | undefined } {
  const [, endpoint, id, ...more] = path.split('/');
  const collections = [directory.users, directory.groups];
  const collection = collections.find(
    ({ store }) => store.kind.endpoint.toLowerCase() === `/${endpoint?.toLowerCase()}`,
  );
  if (!collection || more.length > 0 || id === '')
    throw new ScimFailure(
      'invalidPath',
      `path is /Users or /Groups, with an id or without, not ${path.slice(0, 200)}`,
    );
  return { collection, id: id === undefined ? undefined : String(resolved(id, ids)) };
}

function toObject(data: unknown): Json {
  if (!isObject(data)) throw new ScimFailure('invalidSyntax', 'data must be an object');
  return data;
}

/** The bulkIds that an operation refers to. */
function referencesIn({ path, data }: BulkOperation): string[] {
  const found = [...path.matchAll(REFERENCES)].map((match) => match[1] ?? '');
  const look = (value: unknown): void => {
    const name = typeof value === 'string' ? REFERENCE.exec(value)?.[1] : undefined;
    if (name !== undefined) found.push(name);
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(look);
  };
  look(data);
  return found;
}

/** A value with ids in place of references. */
function resolved(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return ids.get(REFERENCE.exec(value)?.[1] ?? '') ?? value;
  if (Array.isArray(value)) return value.map((item) => resolved(item, ids));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolved(member, ids)]));
}
