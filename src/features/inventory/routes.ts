import * as z from 'zod';
import { narrowed, type Principal, visibleSubscription } from '#http/principal.ts';
import { defineRoute, type Route } from '#http/route.ts';
import { traceparent } from '#platform/telemetry.ts';
import type { Cause } from './model.ts';
import {
  BatchInput,
  BatchResult,
  ChangesQuery,
  EstateChange,
  ExportQuery,
  HistoryEntry,
  Resource,
  ResourceInput,
  ResourceList,
  ResourceListQuery,
  ResourceQueryInput,
  ResourceUpdate,
  SubscriptionInfo,
} from './schema.ts';
import type { Inventory } from './service.ts';
import { etagOf } from './view.ts';

const Deleted = z.object({ id: z.string(), short_id: z.string(), deleted: z.literal(true) });
const HistoryList = z.object({ data: z.array(HistoryEntry), total: z.number().int() });
const ChangeList = z.object({ data: z.array(EstateChange), nextCursor: z.string().nullable() });
const NDJSON = 'application/x-ndjson';
const SubscriptionList = z.object({ data: z.array(SubscriptionInfo), total: z.number().int() });

function causeOf(call: { principal: Principal; correlationId: string }): Cause {
  return {
    by: 'api',
    actor: call.principal.name,
    correlationId: call.correlationId,
    traceparent: traceparent(),
  };
}

function conditionOf(call: { principal: Principal; correlationId: string; ifMatch: string | undefined }) {
  return { cause: causeOf(call), ifMatch: call.ifMatch };
}

/** HTTP routes of the inventory; the tenant is the caller's, and so are the subscriptions that are seen. */
export function inventoryRoutes(inventoryOf: (tenantId: string) => Inventory): Route[] {
  /** The inventory, where the resource that the path names is not hidden from the caller. */
  async function inventoryFor(call: { principal: Principal; params: Readonly<Record<string, string>> }) {
    const inventory = inventoryOf(call.principal.tenantId);
    await inventory.requireVisible(call.params.id ?? '', call.principal);
    return inventory;
  }

  return [
    defineRoute({
      name: 'listResources',
      method: 'GET',
      path: '/api/v1/resources',
      role: 'viewer',
      bySubscription: true,
      summary: 'List resources',
      query: ResourceListQuery,
      responses: { 200: { description: 'A page of resources.', schema: ResourceList } },
      handle: async (call) => ({ body: await inventoryOf(call.principal.tenantId).list(narrowed(call)) }),
    }),
    defineRoute({
      name: 'createResource',
      method: 'POST',
      path: '/api/v1/resources',
      role: 'operator',
      bySubscription: true,
      summary: 'Register a resource that is not in Azure',
      body: ResourceInput,
      responses: { 201: { description: 'The resource.', schema: Resource } },
      handle: async (call) => {
        const resource = await inventoryOf(call.principal.tenantId).create(
          call.body,
          causeOf(call),
          call.principal,
        );
        return {
          status: 201,
          body: resource,
          headers: { location: `/api/v1/resources/${resource.short_id}` },
        };
      },
    }),
    defineRoute({
      name: 'createResources',
      method: 'POST',
      path: '/api/v1/resources/batch',
      role: 'operator',
      bySubscription: true,
      summary: 'Register up to 1,000 resources',
      description: 'Each item is judged on its own; the answer has one result an item, in their order.',
      body: BatchInput,
      responses: { 200: { description: 'A result for each item.', schema: BatchResult } },
      handle: async (call) => ({
        body: await inventoryOf(call.principal.tenantId).createBatch(
          call.body.resources,
          causeOf(call),
          call.principal,
        ),
      }),
    }),
    defineRoute({
      name: 'getResource',
      method: 'GET',
      path: '/api/v1/resources/{id+}',
      role: 'viewer',
      bySubscription: true,
      summary: 'One resource',
      query: ResourceQueryInput,
      responses: { 200: { description: 'The resource.', schema: Resource.partial() } },
      handle: async (call) => {
        const { resource, etag } = await (await inventoryFor(call)).get(call.params.id ?? '', call.query);
        return { body: resource, headers: { etag, 'cache-control': 'private, no-cache' } };
      },
    }),
    defineRoute({
      name: 'getResourceHistory',
      method: 'GET',
      path: '/api/v1/resources/{id+}/history',
      role: 'viewer',
      bySubscription: true,
      summary: 'Every change of a resource, newest first',
      description: 'With time, source, actor and JSON Patch; also of a resource that is gone.',
      responses: { 200: { description: 'Its changes.', schema: HistoryList } },
      handle: async (call) => ({ body: await (await inventoryFor(call)).history(call.params.id ?? '') }),
    }),
    defineRoute({
      name: 'listChanges',
      method: 'GET',
      path: '/api/v1/changes',
      role: 'viewer',
      bySubscription: true,
      summary: 'Changes of the whole estate, newest first',
      query: ChangesQuery,
      responses: { 200: { description: 'A page of changes.', schema: ChangeList } },
      handle: async (call) => ({
        body: await inventoryOf(call.principal.tenantId).changes(narrowed(call)),
      }),
    }),
    defineRoute({
      name: 'exportResources',
      method: 'GET',
      path: '/api/v1/resources/export',
      role: 'viewer',
      bySubscription: true,
      summary: 'The whole estate as a stream',
      description: 'One resource a line (NDJSON), in no order; takes the filters of the list.',
      query: ExportQuery,
      responses: {
        200: { description: 'A resource a line.', schema: Resource.partial(), contentType: NDJSON },
      },
      handle: async (call) => ({
        contentType: NDJSON,
        lines: await inventoryOf(call.principal.tenantId).export(narrowed(call)),
      }),
    }),
    defineRoute({
      name: 'updateResource',
      method: 'PUT',
      path: '/api/v1/resources/{id+}',
      role: 'operator',
      bySubscription: true,
      summary: 'Change a registered resource, or annotate one of Azure',
      description:
        'Fields that are left out stay. Of an Azure-owned resource only `annotations` can be changed; anything else answers 409.',
      body: ResourceUpdate,
      responses: { 200: { description: 'The resource as it is now.', schema: Resource } },
      handle: async (call) => {
        const inventory = await inventoryFor(call);
        const { before, after } = await inventory.update(call.params.id ?? '', call.body, conditionOf(call));
        return { body: after, headers: { etag: etagOf(after) }, audit: { before } };
      },
    }),
    defineRoute({
      name: 'deleteResource',
      method: 'DELETE',
      path: '/api/v1/resources/{id+}',
      role: 'operator',
      bySubscription: true,
      summary: 'Remove a registered resource',
      responses: { 200: { description: 'It is gone.', schema: Deleted } },
      handle: async (call) => {
        const before = await (await inventoryFor(call)).delete(call.params.id ?? '', conditionOf(call));
        const { id, short_id } = before;
        return { body: { id, short_id, deleted: true }, audit: { before } };
      },
    }),
    defineRoute({
      name: 'listSubscriptions',
      method: 'GET',
      path: '/api/v1/subscriptions',
      role: 'viewer',
      bySubscription: true,
      summary: 'The subscriptions that are watched',
      responses: { 200: { description: 'All of them.', schema: SubscriptionList } },
      handle: async ({ principal }) => {
        const all = await inventoryOf(principal.tenantId).subscriptions();
        const data = all.filter(({ subscription_id }) => visibleSubscription(principal, subscription_id));
        return { body: { data, total: data.length } };
      },
    }),
  ];
}
