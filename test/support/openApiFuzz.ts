import fc from 'fast-check';
import { z } from 'zod';

export type Json = Readonly<Record<string, unknown>>;
export type Operation = {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Json }[];
  readonly body: Json | undefined;
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { schema?: Json }>> }>
  >;
};
export type ApiDocument = { readonly paths: Json; readonly components: { readonly schemas: Json } };

/** A request as it goes out; `key` names the role whose key is sent. */
export type FuzzRequest = {
  readonly operation: string;
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly key: string | undefined;
};

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];
const MAX_DEPTH = 5;
/** What writes can do more harm. */
const WEIGHT: Readonly<Record<string, number>> = { POST: 4, PUT: 6, DELETE: 2 };

/** Every operation of an OpenAPI document. */
export function operationsOf(document: ApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Readonly<Record<string, Json>>).map(([method, operation]) => ({
      name: String(operation.operationId),
      method: method.toUpperCase(),
      path,
      parameters: operation.parameters as Operation['parameters'],
      body: (operation.requestBody as { content?: Json } | undefined)?.content?.['application/json'] as
        | Json
        | undefined,
      responses: operation.responses as Operation['responses'],
    })),
  );
}

/** Whether a JSON answer is as the document says; undefined where it is, else what is not. */
export function checkAnswer(document: ApiDocument, schema: Json, answer: unknown): string | undefined {
  const $defs = toDefinitions(document.components.schemas);
  const validator = z.fromJSONSchema({ ...(toDefinitions(schema) as Json), $defs } as never);
  const result = validator.safeParse(answer);
  return result.success ? undefined : z.prettifyError(result.error);
}

/** Requests of every operation: right ones, and such as no client in its right mind sends. `ids` exist already. */
export function requestsOf(document: ApiDocument, ids: readonly string[]): fc.Arbitrary<FuzzRequest> {
  return fc.oneof(
    ...operationsOf(document).map((operation) => ({
      weight: WEIGHT[operation.method] ?? 1,
      arbitrary: requestOf(operation, document, ids),
    })),
  );
}

function requestOf(
  operation: Operation,
  document: ApiDocument,
  ids: readonly string[],
): fc.Arbitrary<FuzzRequest> {
  return fc
    .record({
      method: mostly(fc.constant(operation.method), fc.constantFrom(...METHODS), 12),
      path: pathOf(operation, ids),
      query: queryOf(operation, document),
      content: contentOf(operation, document),
      headers: headers(),
      key: mostly(fc.constant('owner'), fc.constantFrom(undefined, 'viewer', 'operator', 'unknown'), 14),
    })
    .map(({ method, path, query, content, headers: others, key }) => ({
      operation: operation.name,
      method,
      target: `${path}${query}`,
      headers: { ...others, ...(content.type !== undefined && { 'content-type': content.type }) },
      body: method === 'GET' || method === 'HEAD' ? undefined : content.text,
      key,
    }));
}

function pathOf(operation: Operation, ids: readonly string[]): fc.Arbitrary<string> {
  const parts = operation.path.split('/').map((part) => {
    if (!part.startsWith('{')) return fc.constant(part);
    return fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...ids).map((id) => encodeURIComponent(id)) },
      { weight: 1, arbitrary: fc.constantFrom(...ids) },
      { weight: 1, arbitrary: armId().map((id) => encodeURIComponent(id.toWellFormed())) },
      { weight: 2, arbitrary: oddText().map((text) => encodeURIComponent(text.toWellFormed())) },
      { weight: 1, arbitrary: oddText().map((text) => text.replace(/[?#\\]/g, '')) },
      { weight: 1, arbitrary: fc.constantFrom('%', '%zz', '%00', '%2F', '..', '%2e%2e%2f', '//', ' ') },
    );
  });
  return fc.tuple(...parts).map((texts) => texts.join('/'));
}

function queryOf(operation: Operation, document: ApiDocument): fc.Arbitrary<string> {
  const known = operation.parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, schema }) =>
      fc
        .oneof(
          { weight: 4, arbitrary: valuesOf(schema, document, 0).map(String) },
          { weight: 1, arbitrary: oddText() },
          { weight: 1, arbitrary: oddNumber().map(String) },
        )
        .map((value) => [name, value] as const),
    );
  const unknown = fc.tuple(oddName(), oddText());
  const parameter = known.length === 0 ? unknown : mostly(fc.oneof(...known), unknown, 12);
  return mostly(
    fc.array(parameter, { maxLength: 4 }),
    fc.array(parameter, { minLength: 30, maxLength: 60 }),
    40,
  ).map((pairs) => {
    const text = pairs
      .map(
        ([name, value]) =>
          `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
      )
      .join('&');
    return text === '' ? '' : `?${text}`;
  });
}

function contentOf(
  operation: Operation,
  document: ApiDocument,
): fc.Arbitrary<{ text: string | undefined; type: string | undefined }> {
  const schema = operation.body?.schema as Json | undefined;
  const valid = schema ? valuesOf(schema, document, 0) : fc.constant({});
  const json = fc.oneof(
    { weight: 8, arbitrary: valid },
    { weight: 5, arbitrary: valid.chain(mutated) },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
  const text = fc.oneof(
    { weight: 10, arbitrary: json.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: json.chain((value) => broken(JSON.stringify(value))) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(undefined, '', ' ', 'null', '[]', '"', '{"a":}', '\u0000', nested(200)),
    },
  );
  const type = mostly(
    fc.constant<string | undefined>('application/json'),
    fc.constantFrom(
      undefined,
      'text/plain',
      'application/xml',
      'application/json; charset=utf-16',
      ';',
      'a/b+json',
    ),
    10,
  );
  return fc.record({ text, type });
}

function headers(): fc.Arbitrary<Record<string, string>> {
  return fc
    .record(
      {
        'x-correlation-id': fc.constantFrom('abc', 'x'.repeat(300), '<script>', 'a b'),
        traceparent: fc.constantFrom('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'nonsense'),
        'if-match': fc.constantFrom('*', '"1"', 'W/"1"', '"', 'x'.repeat(500)),
        'if-none-match': fc.constantFrom('*', '"1"', 'W/"1"', ','),
        accept: fc.constantFrom('*/*', 'application/xml', 'nonsense'),
        'accept-encoding': fc.constantFrom('gzip', 'br', 'identity;q=0', ''),
      },
      { requiredKeys: [] },
    )
    .map((record) => (Object.keys(record).length > 3 ? {} : record));
}

/** A value that a JSON Schema allows (as far as the schemas of the product go). */
function valuesOf(schema: Json, document: ApiDocument, depth: number): fc.Arbitrary<unknown> {
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.replace('#/components/schemas/', '');
    return valuesOf((document.components.schemas[name] ?? {}) as Json, document, depth);
  }
  const choices = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (choices) return fc.oneof(...choices.map((choice) => valuesOf(choice, document, depth)));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
  switch (schema.type) {
    case 'string':
      return stringOf(schema);
    case 'integer':
    case 'number':
      return fc.integer({
        min: Math.ceil(Number(schema.minimum ?? 0)),
        max: Math.min(Number(schema.maximum ?? 1000), 1000),
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(
        depth > MAX_DEPTH ? fc.constant(null) : valuesOf(itemsOf(schema), document, depth + 1),
        {
          minLength: Number(schema.minItems ?? 0),
          maxLength: 5,
        },
      );
    case 'object':
      return objectOf(schema, document, depth);
    default:
      return fc.oneof(fc.jsonValue({ maxDepth: 2 }), looksLikeResource());
  }
}

function itemsOf(schema: Json): Json {
  return (schema.items ?? {}) as Json;
}

function objectOf(schema: Json, document: ApiDocument, depth: number): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema.properties ?? {}) as Readonly<Record<string, Json>>);
  if (properties.length === 0) {
    const value = valuesOf((schema.additionalProperties || { type: 'string' }) as Json, document, depth + 1);
    const isOpen = depth > 2 || Object.keys((schema.additionalProperties ?? {}) as Json).length === 0;
    return fc.dictionary(oddName(), isOpen ? fc.jsonValue({ maxDepth: 3 }) : value, { maxKeys: 5 });
  }
  const model = Object.fromEntries(
    properties.map(([name, property]) => [
      name,
      // What a type may look like is said in words only.
      name === 'resource_type' ? resourceType() : valuesOf(property, document, depth + 1),
    ]),
  );
  return fc.record(model, { requiredKeys: (schema.required ?? []) as string[] });
}

function stringOf(schema: Json): fc.Arbitrary<string> {
  const max = Math.min(Number(schema.maxLength ?? 40), 60);
  const min = Number(schema.minLength ?? 0);
  if (schema.format === 'guid' || schema.format === 'uuid') return fc.uuid();
  if (schema.format === 'date-time')
    return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  const pattern = typeof schema.pattern === 'string' ? schema.pattern : '';
  if (pattern.startsWith('^\\/')) return armId();
  if (pattern !== '') return fc.oneof(fc.stringMatching(new RegExp(pattern)), resourceType());
  return fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: min, maxLength: max }) },
    { weight: 1, arbitrary: resourceType() },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: min, maxLength: max }) },
    { weight: 1, arbitrary: armId() },
  );
}

function resourceType(): fc.Arbitrary<string> {
  return fc.constantFrom('virtual_machine', 'Microsoft.Storage/storageAccounts', 'Microsoft.Test/things');
}

function armId(): fc.Arbitrary<string> {
  const name = fc.stringMatching(/^[a-z0-9-]{1,8}$/);
  const forbidden = fc.constantFrom(
    'a#b',
    'a?b',
    'a\\b',
    'a\u0000b',
    'a\u0085b',
    'a|b',
    "a'b",
    'x'.repeat(2000),
  );
  const part = fc.oneof(name, oddText(), forbidden);
  return fc
    .tuple(fc.oneof(fc.uuid(), part), part, part)
    .map(
      ([subscription, group, thing]) =>
        `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Test/things/${thing}`,
    );
}

function looksLikeResource(): fc.Arbitrary<unknown> {
  return fc.record({
    name: fc.oneof(fc.stringMatching(/^[a-z]{1,9}$/), oddText()),
    resource_type: resourceType(),
  });
}

/** Text that breaks keys, queries, paths, encodings. */
function oddText(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(
      '',
      "'",
      "' or PartitionKey ne '",
      '/',
      'a/b#c?d%e',
      '%2F%2f%25',
      '\u0000',
      'a\u0000b\u001f\u007f\u0085',
      '💥🧀👩‍👩‍👧‍👦',
      '\u202eמימין\u200f',
      '\ud800',
      '\\..\\..',
      '|',
      'tenant|external',
      '__proto__',
      'constructor',
      '9'.repeat(400),
      'x'.repeat(5000),
      'ß'.repeat(1500),
      '-1',
      'NaN',
      '1e309',
      'eyJ',
      Buffer.from('["id",false,"a","b"]').toString('base64url'),
      Buffer.from('["id",false,{"a":1},null]').toString('base64url'),
      '2026-01-01T00:00:00Z',
      '0000-00-00T99:99:99Z',
      '+275760-09-13T00:00:00.001Z',
    ),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
  );
}

function oddNumber(): fc.Arbitrary<number> {
  return fc.constantFrom(0, -1, -0, 1.5, 2 ** 31, 2 ** 53, Number.MAX_VALUE, 1e-320, 1_000_000_000);
}

function oddName(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      '',
      'length',
      'a.b',
      'a/b',
    ),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.stringMatching(/^[a-z]{1,6}$/),
  );
}

/** The value with one place in it made wrong. */
function mutated(value: unknown): fc.Arbitrary<unknown> {
  const wrong = fc.oneof(
    fc.constantFrom<unknown>(null, true, [], {}, [[]], { __proto__: null }, 'x'.repeat(10_000)),
    oddText(),
    oddNumber(),
    fc.constant(JSON.parse(nested(80)) as unknown),
  );
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong;
  const entries = Object.entries(value);
  const extra = fc.tuple(oddName(), wrong).map((entry) => fromEntries([...entries, entry]));
  if (entries.length === 0) return fc.oneof(wrong, extra);
  const index = fc.nat({ max: entries.length - 1 });
  const replaced = fc
    .tuple(index, wrong)
    .map(([at, other]) => fromEntries(entries.map(([name, old], n) => [name, n === at ? other : old])));
  const missing = index.map((at) => fromEntries(entries.filter((_, n) => n !== at)));
  return fc.oneof({ weight: 4, arbitrary: replaced }, missing, extra, wrong);
}

/** With `__proto__` as a name like any other, as JSON has it. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): unknown {
  const text = entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value) ?? 'null'}`);
  return JSON.parse(`{${text.join(',')}}`);
}

function broken(text: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat({ max: text.length }), fc.constantFrom('', '"', '}', ',', '\\', '\u0000', '\ud800'))
    .map(([at, piece]) => `${text.slice(0, at)}${piece}`);
}

function nested(depth: number): string {
  return `${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`;
}

function mostly<T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, times: number): fc.Arbitrary<T> {
  return fc.oneof({ weight: times, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

/** References into the document as JSON Schema of its own has them. */
function toDefinitions(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('#/components/schemas/', '#/$defs/'));
}
