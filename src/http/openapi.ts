import * as z from 'zod';
import { definePublicRoute, type Route } from './route.ts';

type Json = Record<string, unknown>;

const PROBLEM: Json = {
  description: 'RFC 9457 problem details.',
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'What a program may switch on: `NotFound`, `InvalidUrl` …' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    correlationId: { type: 'string' },
    next: { type: 'string', description: 'What to do next.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'reason'],
        properties: { field: { type: 'string' }, reason: { type: 'string' }, fix: { type: 'string' } },
      },
    },
  },
};

/** The document as a route; it describes itself too. */
export function openApiRoute(routes: readonly Route[]): Route {
  const route: Route = definePublicRoute({
    name: 'getOpenApi',
    method: 'GET',
    path: '/api/v1/openapi.json',
    summary: 'This document',
    responses: { 200: { description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.string() }) } },
    handle: async () => ({ body: toOpenApi([...routes, route], { version: '1.0.0' }) }),
  });
  return route;
}

/** OpenAPI 3.1 document of the routes. */
export function toOpenApi(routes: readonly Route[], info: { version: string }): Json {
  const schemas: Json = { Problem: PROBLEM };
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll('+}', '}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: toOperation(route, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'PolicyCortex',
      version: info.version,
      description:
        'Live inventory, policy and compliance of an Azure estate. Errors are problem+json (RFC 9457).',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }],
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer pcx_…`.' },
      },
      schemas,
    },
  };
}

function toOperation(route: Route, schemas: Json): Json {
  const role = route.role === 'anonymous' ? 'No key needed.' : `Needs the role \`${route.role}\`.`;
  const responses = Object.entries(route.responses).map(([status, { description, schema, contentType }]) => [
    status,
    {
      description,
      ...(schema && {
        content: {
          [contentType ?? route.dialect?.mediaType ?? 'application/json']: {
            schema: toReference(schema, 'output', schemas),
          },
        },
      }),
    },
  ]);
  return {
    operationId: route.name,
    summary: route.summary,
    description: [route.description, role].filter(Boolean).join(' '),
    'x-role': route.role,
    ...(route.role === 'anonymous' && { security: [] }),
    parameters: [...pathParameters(route), ...queryParameters(route, schemas), ...headerParameters(route)],
    ...(route.body && {
      requestBody: { required: true, content: toBodyContent(route, route.body, schemas) },
    }),
    responses: { ...Object.fromEntries(responses), default: toErrorResponse(route, schemas) },
  };
}

function toBodyContent({ dialect }: Route, body: z.ZodType, schemas: Json): Json {
  const schema = toReference(body, 'input', schemas);
  return { 'application/json': { schema }, ...(dialect && { [dialect.mediaType]: { schema } }) };
}

function toErrorResponse({ dialect }: Route, schemas: Json): Json {
  if (dialect) {
    const schema = toReference(dialect.error, 'output', schemas);
    return { description: 'An error.', content: { [dialect.mediaType]: { schema } } };
  }
  const schema = { $ref: '#/components/schemas/Problem' };
  return { description: 'A problem.', content: { 'application/problem+json': { schema } } };
}

function pathParameters(route: Route): Json[] {
  return [...route.path.matchAll(/\{(\w+)(\+?)\}/g)].map((match) => ({
    name: match[1],
    in: 'path',
    required: true,
    schema: { type: 'string' },
    ...(match[2] && {
      description: 'A full ARM id (percent-encoded, or with plain slashes) or our short id `res_…`.',
    }),
  }));
}

function queryParameters(route: Route, schemas: Json): Json[] {
  if (!route.query) return [];
  const schema = toSchema(route.query, 'input', schemas);
  const properties = (schema.properties ?? {}) as Record<string, Json>;
  const required = (schema.required ?? []) as string[];
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}

function headerParameters(route: Route): Json[] {
  if (route.method !== 'POST' || route.role === 'anonymous') return [];
  const description = 'A new UUID for each request: sent again within 24 hours, it gets the same answer.';
  const schema = { type: 'string', minLength: 1, maxLength: 255 };
  return [{ name: 'Idempotency-Key', in: 'header', required: false, description, schema }];
}

/** JSON Schema of a body: a reference to `components/schemas` where the schema has a name. */
function toReference(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const json = toSchema(schema, io, schemas);
  const { id } = schema.meta() ?? {};
  if (typeof id !== 'string' || json.$ref) return json;
  const name = nameOf(id, io);
  schemas[name] = json;
  return { $ref: `#/components/schemas/${name}` };
}

/** What a body may be and what an answer is differ (defaults, transforms), so both have a name. */
function nameOf(id: string, io: 'input' | 'output'): string {
  return io === 'output' || id.endsWith('Input') || id.endsWith('Update') ? id : `${id}Input`;
}

/** JSON Schema of a zod schema; named parts go to `components/schemas`. */
function toSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const json = z.toJSONSchema(withoutPreprocess(schema), {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
  }) as Json;
  const { $schema: _, $defs, ...root } = json;
  const { length } = Object.keys(schemas);
  const renamed = new Map(
    Object.keys(($defs ?? {}) as Json).map((name) => [
      name,
      name.startsWith('__') ? `Part${length}${name}` : nameOf(name, io),
    ]),
  );
  for (const [name, part] of Object.entries(($defs ?? {}) as Json)) {
    schemas[renamed.get(name) ?? name] = rewrite(withoutId(part), renamed);
  }
  return rewrite(withoutId(root), renamed) as Json;
}

/** What a preprocess step accepts cannot be said in JSON Schema; what it leads to can. */
function withoutPreprocess(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPipe && schema.def.in instanceof z.ZodTransform)
    return schema.def.out as z.ZodType;
  return schema;
}

/** zod writes a schema's name as `id`, which JSON Schema does not know. */
function withoutId(schema: unknown): unknown {
  const { id: _, ...rest } = schema as Json;
  return rest;
}

function rewrite(value: unknown, renamed: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, renamed));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]): [string, unknown] => {
    if (key === '$ref' && typeof member === 'string') {
      const name = member.replace('#/$defs/', '');
      return [key, `#/components/schemas/${renamed.get(name) ?? name}`];
    }
    return [key, rewrite(member, renamed)];
  });
  return Object.fromEntries(entries);
}
