import { defineRoute, type Route } from '#http/route.ts';
import type { Clock } from '#platform/clock.ts';
import { Failure } from '#platform/failure.ts';
import { runBulk } from './bulk.ts';
import { PREFIX, scim } from './dialect.ts';
import { byId, listResourceTypes, listSchemas, serviceProviderConfig } from './discovery.ts';
import { toList } from './document/render.ts';
import { listAll } from './listing.ts';
import { baseOf, resourceRoutes } from './resourceRoutes.ts';
import { BulkBody, BulkResponse, Discovered, DiscoveryQuery, ListResponse, SearchRequest } from './schema.ts';
import { groupKind, userKind } from './schemas/kind.ts';
import type { Directory } from './service.ts';

const role = 'owner';
const dialect = scim;

/** Every SCIM route. A provisioning key can make anybody a member of any group, so it needs `owner`. */
export function scimRoutes(directory: Directory, options: { maxBodyBytes: number; clock: Clock }): Route[] {
  return [
    ...resourceRoutes(userKind, directory),
    ...resourceRoutes(groupKind, directory),
    ...manyRoutes(directory, options),
    configRoute(options.maxBodyBytes),
    ...discoveryRoutes({ name: 'Schema', path: '/Schemas', all: listSchemas }),
    ...discoveryRoutes({ name: 'ResourceType', path: '/ResourceTypes', all: listResourceTypes }),
  ];
}

function manyRoutes(directory: Directory, { clock }: { clock: Clock }): Route[] {
  return [
    defineRoute({
      name: 'scimSearch',
      method: 'POST',
      path: `${PREFIX}/.search`,
      role,
      dialect,
      summary: 'SCIM: find users and groups',
      body: SearchRequest,
      responses: { 200: { description: 'A page of them.', schema: ListResponse } },
      handle: async ({ principal, body, origin }) => ({
        body: await listAll(directory.of(principal.tenantId), body, baseOf(origin)),
      }),
    }),
    defineRoute({
      name: 'scimBulk',
      method: 'POST',
      path: `${PREFIX}/Bulk`,
      role,
      dialect,
      summary: 'SCIM: many operations at once',
      description: 'Each one is carried out or not for itself; its status is in the answer.',
      body: BulkBody,
      responses: { 200: { description: 'What became of each.', schema: BulkResponse } },
      handle: async ({ principal, body, origin, correlationId }) => ({
        body: await runBulk(body, {
          directory: directory.of(principal.tenantId),
          base: baseOf(origin),
          correlationId,
          now: clock.now(),
        }),
      }),
    }),
  ];
}

function configRoute(maxBodyBytes: number): Route {
  return defineRoute({
    name: 'scimGetServiceProviderConfig',
    method: 'GET',
    path: `${PREFIX}/ServiceProviderConfig`,
    role,
    dialect,
    summary: 'SCIM: what this service can do',
    query: DiscoveryQuery,
    responses: { 200: { description: 'The configuration.', schema: Discovered } },
    handle: async ({ query, origin }) => {
      refuseFilter(query);
      return { body: serviceProviderConfig(baseOf(origin), maxBodyBytes) };
    },
  });
}

function discoveryRoutes(options: {
  readonly name: string;
  readonly path: string;
  readonly all: (base: string) => ReturnType<typeof listSchemas>;
}): Route[] {
  const { name, path, all } = options;
  const common = { method: 'GET', role, dialect, query: DiscoveryQuery } as const;
  return [
    defineRoute({
      ...common,
      name: `scimList${name}s`,
      path: `${PREFIX}${path}`,
      summary: `SCIM: every ${name === 'Schema' ? 'schema' : 'type of resource'}`,
      responses: { 200: { description: 'All of them.', schema: ListResponse } },
      handle: async ({ query, origin }) => {
        refuseFilter(query);
        const found = all(baseOf(origin));
        return { body: toList(found, { total: found.length, startIndex: 1 }) };
      },
    }),
    defineRoute({
      ...common,
      name: `scimGet${name}`,
      path: `${PREFIX}${path}/{id}`,
      summary: `SCIM: one ${name === 'Schema' ? 'schema' : 'type of resource'}`,
      responses: { 200: { description: 'It.', schema: Discovered } },
      handle: async ({ params, origin }) => ({ body: byId(all(baseOf(origin)), name, params.id ?? '') }),
    }),
  ];
}

/** RFC 7644 section 4. */
function refuseFilter({ filter }: { filter?: string | undefined }): void {
  if (filter !== undefined) throw new Failure('forbidden', 'this is not filtered; ask for all of it');
}
