import { defineRoute, type Route } from '#http/route.ts';
import { RoleMappings } from './oidc/roleMappings.ts';
import { signInRoutes } from './oidc/routes.ts';
import { CreatedKey, Key, KeyInput, KeyList, KeysQuery, RevokedKey, RotateQuery } from './schema.ts';
import type { Identity } from './service.ts';

/** HTTP routes of identity; the tenant is the caller's. */
export function identityRoutes(identity: Identity): Route[] {
  return [...keyRoutes(identity), ...mappingRoutes(identity), ...signInRoutes(identity)];
}

function mappingRoutes({ mappings }: Identity): Route[] {
  return [
    defineRoute({
      name: 'getRoleMappings',
      method: 'GET',
      path: '/api/v1/role-mappings',
      role: 'security-admin',
      summary: 'Which roles app roles, groups and federated workloads have',
      responses: { 200: { description: 'All of them.', schema: RoleMappings } },
      handle: async ({ principal }) => ({ body: { data: await mappings.list(principal.tenantId) } }),
    }),
    defineRoute({
      name: 'replaceRoleMappings',
      method: 'PUT',
      path: '/api/v1/role-mappings',
      role: 'owner',
      summary: 'Replace the role mappings',
      description: 'Counts within five seconds on every instance.',
      body: RoleMappings,
      responses: { 200: { description: 'As they are now.', schema: RoleMappings } },
      handle: async ({ principal, body }) => {
        const before = { data: await mappings.list(principal.tenantId) };
        await mappings.replace(principal.tenantId, body.data);
        return { body, audit: { before } };
      },
    }),
  ];
}

function keyRoutes({ keys }: Identity): Route[] {
  return [
    defineRoute({
      name: 'createKey',
      method: 'POST',
      path: '/api/v1/keys',
      role: 'security-admin',
      summary: 'Make an API key',
      description: 'The key is in this answer and never again. Nobody can grant more than they hold.',
      body: KeyInput,
      responses: { 201: { description: 'The key.', schema: CreatedKey } },
      handle: async ({ principal, body }) => {
        const key = await keys.create(principal, body);
        return { status: 201, body: key, headers: { location: `/api/v1/keys/${key.id}` } };
      },
    }),
    defineRoute({
      name: 'listKeys',
      method: 'GET',
      path: '/api/v1/keys',
      role: 'security-admin',
      summary: 'List API keys, newest first',
      query: KeysQuery,
      responses: { 200: { description: 'All of them, also revoked ones.', schema: KeyList } },
      handle: async ({ principal, query }) => {
        const data = await keys.list(principal.tenantId, query);
        return { body: { data, total: data.length } };
      },
    }),
    defineRoute({
      name: 'getKey',
      method: 'GET',
      path: '/api/v1/keys/{id}',
      role: 'security-admin',
      summary: 'One API key',
      responses: { 200: { description: 'The key, without its secret.', schema: Key } },
      handle: async ({ principal, params }) => ({
        body: await keys.get(principal.tenantId, params.id ?? ''),
      }),
    }),
    defineRoute({
      name: 'rotateKey',
      method: 'POST',
      path: '/api/v1/keys/{id}/rotate',
      role: 'security-admin',
      summary: 'Give an API key a new secret',
      description: 'The one before works too until `previous_valid_until`.',
      query: RotateQuery,
      responses: { 200: { description: 'The key with its new secret, this once.', schema: CreatedKey } },
      handle: async ({ principal, params, query }) => {
        const before = await keys.get(principal.tenantId, params.id ?? '');
        return { body: await keys.rotate(principal, before.id, query.overlapHours), audit: { before } };
      },
    }),
    defineRoute({
      name: 'revokeKey',
      method: 'DELETE',
      path: '/api/v1/keys/{id}',
      role: 'security-admin',
      summary: 'Revoke an API key',
      description: 'It stops working within five seconds on every instance; it stays in the list.',
      responses: { 200: { description: 'It is revoked.', schema: RevokedKey } },
      handle: async ({ principal, params }) => {
        const before = await keys.get(principal.tenantId, params.id ?? '');
        await keys.revoke(principal.tenantId, before.id);
        return { body: { id: before.id, deleted: true }, audit: { before } };
      },
    }),
  ];
}
