import * as z from 'zod';
import { type Principal, visibleSubscription } from '#http/principal.ts';
import { defineRoute, type Route } from '#http/route.ts';
import { show } from './crud.ts';
import { createDefinition, definitionCraft, deleteDefinition, putDefinition } from './definitions.ts';
import { createInitiative, deleteInitiative, initiativeCraft, putInitiative } from './initiatives.ts';
import { type CanSee, isVisible, listLibrary } from './lists.ts';
import { noSuch } from './refusals.ts';
import {
  DefinitionInput,
  DefinitionListQuery,
  DefinitionUpdate,
  InitiativeInput,
  InitiativeListQuery,
  InitiativeUpdate,
} from './schema.ts';
import { parseScope } from './scope.ts';
import type { Governance } from './service.ts';
import { Validation, ValidationInput, validate } from './validate.ts';
import { Initiative, Policy } from './view.ts';

/** What a caller may see, who may be limited to subscriptions. */
export function sightOf(principal: Principal): CanSee {
  return (scope) => visibleSubscription(principal, parseScope(scope)?.subscriptionId);
}

export type GovernanceOf = (tenantId: string) => Governance;

/** A page of a list. */
export function pageOf(schema: z.ZodType) {
  return z.object({
    data: z.array(schema),
    page: z.number().int(),
    limit: z.number().int(),
    total: z.number().int(),
    nextCursor: z.string().nullable(),
  });
}
export const Deleted = z.object({ id: z.string(), arm_id: z.string(), deleted: z.literal(true) });
/** What `If-Match` protects is not to be kept by a cache. */
export const UNCACHED = { 'cache-control': 'private, no-cache' } as const;

/** HTTP routes of definitions; the tenant is the caller's. */
export function policyRoutes(governanceOf: GovernanceOf): Route[] {
  return [...definitionRoutes(governanceOf), ...initiativeRoutes(governanceOf)];
}

function definitionRoutes(governanceOf: GovernanceOf): Route[] {
  return [
    defineRoute({
      name: 'listPolicies',
      method: 'GET',
      path: '/api/v1/policies',
      role: 'viewer',
      bySubscription: true,
      summary: 'List policy definitions',
      description: 'Those created here, the starter pack’s and Azure’s.',
      query: DefinitionListQuery,
      responses: { 200: { description: 'A page of definitions.', schema: pageOf(Policy) } },
      handle: async ({ principal, query }) => ({
        body: await listLibrary(governanceOf(principal.tenantId).room, 'definition', {
          query,
          canSee: sightOf(principal),
        }),
      }),
    }),
    defineRoute({
      name: 'createPolicy',
      method: 'POST',
      path: '/api/v1/policies',
      role: 'policy-author',
      summary: 'Create a policy definition',
      description: 'In Azure Policy’s format. A bad one answers 422 with every problem in `problems`.',
      body: DefinitionInput,
      responses: { 201: { description: 'The definition.', schema: Policy } },
      handle: async ({ principal, body }) => {
        const { room } = governanceOf(principal.tenantId);
        const { view, etag } = await createDefinition(room, body, principal.name);
        return { status: 201, body: view, headers: { etag, location: `/api/v1/policies/${view.id}` } };
      },
    }),
    defineRoute({
      name: 'validatePolicy',
      method: 'POST',
      path: '/api/v1/policies/validate',
      role: 'viewer',
      bySubscription: true,
      summary: 'Check a definition, an initiative or a bare rule without saving it',
      body: ValidationInput,
      responses: {
        200: { description: 'Every problem, and what it would be judged from.', schema: Validation },
      },
      handle: async ({ principal, body }) => ({
        body: await validate(governanceOf(principal.tenantId).room, body),
      }),
    }),
    defineRoute({
      name: 'getPolicy',
      method: 'GET',
      path: '/api/v1/policies/{id+}',
      role: 'viewer',
      bySubscription: true,
      summary: 'One policy definition',
      responses: { 200: { description: 'The definition.', schema: Policy } },
      handle: async ({ principal, params }) => {
        const { room } = governanceOf(principal.tenantId);
        const { view, etag } = await show(room, definitionCraft, params.id ?? '');
        if (!isVisible(view.arm_id, sightOf(principal))) throw noSuch('definition', params.id ?? '');
        return { body: view, headers: { etag, ...UNCACHED } };
      },
    }),
    defineRoute({
      name: 'updatePolicy',
      method: 'PUT',
      path: '/api/v1/policies/{id+}',
      role: 'policy-author',
      summary: 'Change a definition of ours, or remark on another one',
      description:
        '`properties` are replaced as a whole; other fields that are left out stay. Of what is Azure’s or the starter pack’s only `enabled` and `severity` can be changed. An ARM id of ours that is free creates it.',
      body: DefinitionUpdate,
      responses: {
        200: { description: 'The definition as it is now.', schema: Policy },
        201: { description: 'It was created.', schema: Policy },
      },
      handle: async ({ principal, params, body, ifMatch }) => {
        const { room } = governanceOf(principal.tenantId);
        const condition = { id: params.id ?? '', by: principal.name, ifMatch };
        const { view, etag, isNew } = await putDefinition(room, body, condition);
        return { status: isNew ? 201 : 200, body: view, headers: { etag } };
      },
    }),
    defineRoute({
      name: 'deletePolicy',
      method: 'DELETE',
      path: '/api/v1/policies/{id+}',
      role: 'policy-author',
      summary: 'Remove a definition of ours',
      description: 'One that is in use answers 409 with what uses it in `used_by`.',
      responses: { 200: { description: 'It is gone.', schema: Deleted } },
      handle: async ({ principal, params, ifMatch }) => {
        const { room } = governanceOf(principal.tenantId);
        return { body: await deleteDefinition(room, { id: params.id ?? '', by: principal.name, ifMatch }) };
      },
    }),
  ];
}

function initiativeRoutes(governanceOf: GovernanceOf): Route[] {
  return [
    defineRoute({
      name: 'listInitiatives',
      method: 'GET',
      path: '/api/v1/initiatives',
      role: 'viewer',
      bySubscription: true,
      summary: 'List initiatives (policy sets)',
      query: InitiativeListQuery,
      responses: { 200: { description: 'A page of initiatives.', schema: pageOf(Initiative) } },
      handle: async ({ principal, query }) => ({
        body: await listLibrary(governanceOf(principal.tenantId).room, 'initiative', {
          query,
          canSee: sightOf(principal),
        }),
      }),
    }),
    defineRoute({
      name: 'createInitiative',
      method: 'POST',
      path: '/api/v1/initiatives',
      role: 'policy-author',
      summary: 'Create an initiative',
      description: 'Members by ARM id or short id; each must exist and compile.',
      body: InitiativeInput,
      responses: { 201: { description: 'The initiative.', schema: Initiative } },
      handle: async ({ principal, body }) => {
        const { room } = governanceOf(principal.tenantId);
        const { view, etag } = await createInitiative(room, body, principal.name);
        return { status: 201, body: view, headers: { etag, location: `/api/v1/initiatives/${view.id}` } };
      },
    }),
    defineRoute({
      name: 'getInitiative',
      method: 'GET',
      path: '/api/v1/initiatives/{id+}',
      role: 'viewer',
      bySubscription: true,
      summary: 'One initiative',
      responses: { 200: { description: 'The initiative.', schema: Initiative } },
      handle: async ({ principal, params }) => {
        const { room } = governanceOf(principal.tenantId);
        const { view, etag } = await show(room, initiativeCraft, params.id ?? '');
        if (!isVisible(view.arm_id, sightOf(principal))) throw noSuch('initiative', params.id ?? '');
        return { body: view, headers: { etag, ...UNCACHED } };
      },
    }),
    defineRoute({
      name: 'updateInitiative',
      method: 'PUT',
      path: '/api/v1/initiatives/{id+}',
      role: 'policy-author',
      summary: 'Change an initiative of ours',
      description: '`properties` are replaced as a whole. An ARM id of ours that is free creates it.',
      body: InitiativeUpdate,
      responses: {
        200: { description: 'The initiative as it is now.', schema: Initiative },
        201: { description: 'It was created.', schema: Initiative },
      },
      handle: async ({ principal, params, body, ifMatch }) => {
        const { room } = governanceOf(principal.tenantId);
        const condition = { id: params.id ?? '', by: principal.name, ifMatch };
        const { view, etag, isNew } = await putInitiative(room, body, condition);
        return { status: isNew ? 201 : 200, body: view, headers: { etag } };
      },
    }),
    defineRoute({
      name: 'deleteInitiative',
      method: 'DELETE',
      path: '/api/v1/initiatives/{id+}',
      role: 'policy-author',
      summary: 'Remove an initiative of ours',
      responses: { 200: { description: 'It is gone.', schema: Deleted } },
      handle: async ({ principal, params, ifMatch }) => {
        const { room } = governanceOf(principal.tenantId);
        return { body: await deleteInitiative(room, { id: params.id ?? '', by: principal.name, ifMatch }) };
      },
    }),
  ];
}
