import type { Principal } from '#http/principal.ts';
import { defineRoute, type Route } from '#http/route.ts';
import {
  AssignmentInput,
  AssignmentListQuery,
  AssignmentUpdate,
  ExemptionInput,
  ExemptionListQuery,
  ExemptionUpdate,
} from './assignmentSchema.ts';
import {
  assignmentCraft,
  createAssignment,
  deleteAssignment,
  putAssignment,
  toScope,
} from './assignments.ts';
import { type Craft, show } from './crud.ts';
import { createExemption, deleteExemption, exemptionCraft, putExemption } from './exemptions.ts';
import { listAssignments, listExemptions } from './lists.ts';
import { parseOwnId } from './naming.ts';
import { Deleted, type GovernanceOf, pageOf, sightOf, UNCACHED } from './policyRoutes.ts';
import { noSuch, outOfScope } from './refusals.ts';
import type { Room } from './room.ts';
import { Assignment, Exemption } from './view.ts';

/** HTTP routes of assignments and exemptions; a caller who is limited to subscriptions sees and changes what lies in them. */
export function assignmentRoutes(governanceOf: GovernanceOf): Route[] {
  return [...ofAssignments(governanceOf), ...ofExemptions(governanceOf)];
}

type Named = { readonly principal: Principal; readonly params: Readonly<Record<string, string>> };

/** The room, where what the path names is not hidden from the caller: else it is as if there were no such thing. */
async function roomFor<K extends 'assignment' | 'exemption', Input>(
  governanceOf: GovernanceOf,
  craft: Craft<K, Input>,
  { principal, params: { id = '' } }: Named,
): Promise<Room> {
  const { room } = governanceOf(principal.tenantId);
  if (!principal.scopes.subscriptions) return room;
  const found = await craft.find(room, id);
  const scope = found?.scope ?? parseOwnId(craft.kind, id)?.scope ?? '';
  if (!sightOf(principal)(scope)) throw noSuch(craft.kind, id);
  return room;
}

function ofAssignments(governanceOf: GovernanceOf): Route[] {
  return [
    defineRoute({
      name: 'listAssignments',
      method: 'GET',
      path: '/api/v1/assignments',
      role: 'viewer',
      bySubscription: true,
      summary: 'List policy assignments',
      query: AssignmentListQuery,
      responses: { 200: { description: 'A page of assignments.', schema: pageOf(Assignment) } },
      handle: async ({ principal, query }) => ({
        body: await listAssignments(governanceOf(principal.tenantId).room, query, sightOf(principal)),
      }),
    }),
    defineRoute({
      name: 'createAssignment',
      method: 'POST',
      path: '/api/v1/assignments',
      role: 'policy-author',
      bySubscription: true,
      summary: 'Assign a definition or an initiative',
      description: 'At a management group, subscription, resource group or resource that is known here.',
      body: AssignmentInput,
      responses: { 201: { description: 'The assignment.', schema: Assignment } },
      handle: async ({ principal, body }) => {
        const { room } = governanceOf(principal.tenantId);
        if (!sightOf(principal)(toScope(body.scope))) throw outOfScope(body.scope);
        const { view, etag } = await createAssignment(room, body, principal.name);
        return { status: 201, body: view, headers: { etag, location: `/api/v1/assignments/${view.id}` } };
      },
    }),
    defineRoute({
      name: 'getAssignment',
      method: 'GET',
      path: '/api/v1/assignments/{id+}',
      role: 'viewer',
      bySubscription: true,
      summary: 'One assignment',
      responses: { 200: { description: 'The assignment.', schema: Assignment } },
      handle: async (call) => {
        const room = await roomFor(governanceOf, assignmentCraft, call);
        const { view, etag } = await show(room, assignmentCraft, call.params.id ?? '');
        return { body: view, headers: { etag, ...UNCACHED } };
      },
    }),
    defineRoute({
      name: 'updateAssignment',
      method: 'PUT',
      path: '/api/v1/assignments/{id+}',
      role: 'policy-author',
      bySubscription: true,
      summary: 'Change an assignment of ours',
      description: 'Fields that are left out stay. An ARM id of ours that is free creates it.',
      body: AssignmentUpdate,
      responses: {
        200: { description: 'The assignment as it is now.', schema: Assignment },
        201: { description: 'It was created.', schema: Assignment },
      },
      handle: async (call) => {
        const { principal, params, body, ifMatch } = call;
        const room = await roomFor(governanceOf, assignmentCraft, call);
        const condition = { id: params.id ?? '', by: principal.name, ifMatch };
        const { view, etag, isNew } = await putAssignment(room, body, condition);
        return { status: isNew ? 201 : 200, body: view, headers: { etag } };
      },
    }),
    defineRoute({
      name: 'deleteAssignment',
      method: 'DELETE',
      path: '/api/v1/assignments/{id+}',
      role: 'policy-author',
      bySubscription: true,
      summary: 'Remove an assignment of ours',
      description: 'One that has exemptions answers 409 with them in `used_by`.',
      responses: { 200: { description: 'It is gone.', schema: Deleted } },
      handle: async (call) => {
        const room = await roomFor(governanceOf, assignmentCraft, call);
        const { params, principal, ifMatch } = call;
        return { body: await deleteAssignment(room, { id: params.id ?? '', by: principal.name, ifMatch }) };
      },
    }),
  ];
}

function ofExemptions(governanceOf: GovernanceOf): Route[] {
  return [
    defineRoute({
      name: 'listExemptions',
      method: 'GET',
      path: '/api/v1/exemptions',
      role: 'viewer',
      bySubscription: true,
      summary: 'List policy exemptions',
      query: ExemptionListQuery,
      responses: { 200: { description: 'A page of exemptions.', schema: pageOf(Exemption) } },
      handle: async ({ principal, query }) => ({
        body: await listExemptions(governanceOf(principal.tenantId).room, query, sightOf(principal)),
      }),
    }),
    defineRoute({
      name: 'createExemption',
      method: 'POST',
      path: '/api/v1/exemptions',
      role: 'security-admin',
      bySubscription: true,
      summary: 'Exempt a scope from an assignment',
      body: ExemptionInput,
      responses: { 201: { description: 'The exemption.', schema: Exemption } },
      handle: async ({ principal, body }) => {
        const { room } = governanceOf(principal.tenantId);
        if (!sightOf(principal)(toScope(body.scope))) throw outOfScope(body.scope);
        const { view, etag } = await createExemption(room, body, principal.name);
        return { status: 201, body: view, headers: { etag, location: `/api/v1/exemptions/${view.id}` } };
      },
    }),
    defineRoute({
      name: 'getExemption',
      method: 'GET',
      path: '/api/v1/exemptions/{id+}',
      role: 'viewer',
      bySubscription: true,
      summary: 'One exemption',
      responses: { 200: { description: 'The exemption.', schema: Exemption } },
      handle: async (call) => {
        const room = await roomFor(governanceOf, exemptionCraft, call);
        const { view, etag } = await show(room, exemptionCraft, call.params.id ?? '');
        return { body: view, headers: { etag, ...UNCACHED } };
      },
    }),
    defineRoute({
      name: 'updateExemption',
      method: 'PUT',
      path: '/api/v1/exemptions/{id+}',
      role: 'security-admin',
      bySubscription: true,
      summary: 'Change an exemption of ours',
      description: 'Fields that are left out stay. An ARM id of ours that is free creates it.',
      body: ExemptionUpdate,
      responses: {
        200: { description: 'The exemption as it is now.', schema: Exemption },
        201: { description: 'It was created.', schema: Exemption },
      },
      handle: async (call) => {
        const { principal, params, body, ifMatch } = call;
        const room = await roomFor(governanceOf, exemptionCraft, call);
        const condition = { id: params.id ?? '', by: principal.name, ifMatch };
        const { view, etag, isNew } = await putExemption(room, body, condition);
        return { status: isNew ? 201 : 200, body: view, headers: { etag } };
      },
    }),
    defineRoute({
      name: 'deleteExemption',
      method: 'DELETE',
      path: '/api/v1/exemptions/{id+}',
      role: 'security-admin',
      bySubscription: true,
      summary: 'Remove an exemption of ours',
      responses: { 200: { description: 'It is gone.', schema: Deleted } },
      handle: async (call) => {
        const room = await roomFor(governanceOf, exemptionCraft, call);
        const { params, principal, ifMatch } = call;
        return { body: await deleteExemption(room, { id: params.id ?? '', by: principal.name, ifMatch }) };
      },
    }),
  ];
}
