import type * as z from 'zod';
import { type Answer, defineRoute, type Route } from '#http/route.ts';
import type { Collection } from './collection.ts';
import { PREFIX, scim } from './dialect.ts';
import { toProjection } from './document/project.ts';
import { locationOf, render } from './document/render.ts';
import { list } from './listing.ts';
import type { Json, Resource } from './resource.ts';
import {
  GroupBody,
  ListResponse,
  PatchBody,
  ProjectionQuery,
  ScimResource,
  SearchQuery,
  SearchRequest,
  UserBody,
} from './schema.ts';
import type { Kind } from './schemas/kind.ts';
import type { Directory } from './service.ts';

const role = 'owner';
const dialect = scim;

/** The routes of users or of groups (RFC 7644 section 3); the tenant is the caller's. */
export function resourceRoutes(kind: Kind, directory: Directory): Route[] {
  return [...readRoutes(kind, directory), ...writeRoutes(kind, directory)];
}

function readRoutes(kind: Kind, directory: Directory): Route[] {
  const { name, endpoint } = kind;
  const things = `${name.toLowerCase()}s`;
  const responses = {
    200: { description: 'A page of them; also where there are none.', schema: ListResponse },
  };
  return [
    defineRoute({
      name: `scimList${name}s`,
      method: 'GET',
      path: `${PREFIX}${endpoint}`,
      role,
      dialect,
      summary: `SCIM: find ${things}`,
      query: SearchQuery,
      responses,
      handle: async ({ principal, query, origin }) => ({
        body: await list(collectionOf(kind, directory, principal), query, baseOf(origin)),
      }),
    }),
    defineRoute({
      name: `scimSearch${name}s`,
      method: 'POST',
      path: `${PREFIX}${endpoint}/.search`,
      role,
      dialect,
      summary: `SCIM: find ${things}, with the filter in the body`,
      body: SearchRequest,
      responses,
      handle: async ({ principal, body, origin }) => ({
        body: await list(collectionOf(kind, directory, principal), body, baseOf(origin)),
      }),
    }),
    defineRoute({
      name: `scimGet${name}`,
      method: 'GET',
      path: `${PREFIX}${endpoint}/{id}`,
      role,
      dialect,
      summary: `SCIM: one ${name.toLowerCase()}`,
      query: ProjectionQuery,
      responses: { 200: { description: `The ${name.toLowerCase()}.`, schema: ScimResource } },
      handle: async ({ principal, params, query, origin }) => {
        const collection = collectionOf(kind, directory, principal);
        return answer(collection, await collection.get(params.id ?? ''), { query, origin });
      },
    }),
  ];
}

function writeRoutes(kind: Kind, directory: Directory): Route[] {
  const { name, endpoint } = kind;
  const thing = name.toLowerCase();
  const path = `${PREFIX}${endpoint}/{id}`;
  const body: z.ZodType<Json> = kind.name === 'User' ? UserBody : GroupBody;
  const now = { description: `The ${thing} as it is now.`, schema: ScimResource };
  return [
    defineRoute({
      name: `scimCreate${name}`,
      method: 'POST',
      path: `${PREFIX}${endpoint}`,
      role,
      dialect,
      summary: `SCIM: create a ${thing}`,
      query: ProjectionQuery,
      body,
      responses: { 201: { description: `The ${thing}.`, schema: ScimResource } },
      handle: async ({ principal, query, body: given, origin }) => {
        const collection = collectionOf(kind, directory, principal);
        const resource = await collection.create(given);
        const created = await answer(collection, resource, { query, origin });
        const location = locationOf(kind, resource.id, baseOf(origin));
        return { ...created, status: 201, headers: { ...created.headers, location } };
      },
    }),
    defineRoute({
      name: `scimReplace${name}`,
      method: 'PUT',
      path,
      role,
      dialect,
      summary: `SCIM: replace a ${thing}`,
      description: 'What is left out is removed, but `active` stays. Takes If-Match.',
      query: ProjectionQuery,
      body,
      responses: { 200: now },
      handle: async ({ principal, params, query, body: given, ifMatch, origin }) => {
        const collection = collectionOf(kind, directory, principal);
        const { before, after } = await collection.replace(params.id ?? '', given, ifMatch);
        return { ...(await answer(collection, after, { query, origin })), audit: { before, after } };
      },
    }),
    defineRoute({
      name: `scimPatch${name}`,
      method: 'PATCH',
      path,
      role,
      dialect,
      summary: `SCIM: change a ${thing}`,
      description:
        'All operations or none. Takes If-Match. A group is only answered with where `attributes` or `excludedAttributes` are given, since it may be large.',
      query: ProjectionQuery,
      body: PatchBody,
      responses: { 200: now, 204: { description: 'Done.' } },
      handle: async ({ principal, params, query, body: given, ifMatch, origin }) => {
        const collection = collectionOf(kind, directory, principal);
        const { before, after } = await collection.patch(params.id ?? '', given.Operations, ifMatch);
        const audit = { before, after };
        const isBrief = kind.name === 'Group' && !query.attributes && !query.excludedAttributes;
        if (isBrief) return { status: 204, headers: { etag: after.meta.version }, audit };
        return { ...(await answer(collection, after, { query, origin })), audit };
      },
    }),
    defineRoute({
      name: `scimDelete${name}`,
      method: 'DELETE',
      path,
      role,
      dialect,
      summary: `SCIM: delete a ${thing}`,
      responses: { 204: { description: 'It is gone.' } },
      handle: async ({ principal, params, ifMatch }) => {
        const before = await collectionOf(kind, directory, principal).remove(params.id ?? '', ifMatch);
        return { status: 204, audit: { before } };
      },
    }),
  ];
}

/** Where SCIM is, as the caller wrote it. */
export function baseOf(origin: string): string {
  return `${origin}${PREFIX}`;
}

function collectionOf(kind: Kind, directory: Directory, { tenantId }: { tenantId: string }): Collection {
  const { users, groups } = directory.of(tenantId);
  return kind.name === 'User' ? users : groups;
}

async function answer(
  collection: Collection,
  resource: Resource,
  { query, origin }: { query: ProjectionQuery; origin: string },
): Promise<Answer> {
  const projection = toProjection(query);
  const base = baseOf(origin);
  const [whole = resource]: readonly Json[] = await collection.withAttached([resource], projection);
  return {
    body: render(collection.store.kind, whole, { base, projection }),
    headers: { etag: resource.meta.version },
  };
}
