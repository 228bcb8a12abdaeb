import { defineRoute, type Route } from '#http/route.ts';
import { listEventTypes } from './eventTypes.ts';
import {
  CreatedWebhook,
  Deleted,
  DeliveriesQuery,
  Delivery,
  DeliveryDetails,
  DeliveryPage,
  EventTypeList,
  ReplayInput,
  ReplayResult,
  RotatedSecret,
  TestResult,
  Webhook,
  WebhookInput,
  WebhookList,
  WebhookUpdate,
} from './schema.ts';
import type { Webhooks } from './service.ts';

/** HTTP routes of webhooks; the tenant is the caller's. */
export function webhookRoutes(webhooks: Webhooks): Route[] {
  return [...endpointRoutes(webhooks), ...actionRoutes(webhooks), ...deliveryRoutes(webhooks)];
}

function endpointRoutes(webhooks: Webhooks): Route[] {
  return [
    defineRoute({
      name: 'createWebhook',
      method: 'POST',
      path: '/api/v1/webhooks',
      role: 'operator',
      summary: 'Register a webhook',
      description:
        'The receiver must answer `webhook.validation` and `webhook.test` with 2xx. The secret is in this answer and never again. Codes: InvalidUrl, TestWebhookFailed.',
      body: WebhookInput,
      responses: { 201: { description: 'The webhook with its secret.', schema: CreatedWebhook } },
      handle: async ({ principal, body }) => {
        const webhook = await webhooks.create(principal.tenantId, body);
        return { status: 201, body: webhook, headers: { location: `/api/v1/webhooks/${webhook.id}` } };
      },
    }),
    defineRoute({
      name: 'listWebhooks',
      method: 'GET',
      path: '/api/v1/webhooks',
      role: 'viewer',
      summary: 'List webhooks',
      responses: { 200: { description: 'All of them.', schema: WebhookList } },
      handle: async ({ principal }) => {
        const data = await webhooks.list(principal.tenantId);
        return { body: { data, total: data.length } };
      },
    }),
    defineRoute({
      name: 'getWebhook',
      method: 'GET',
      path: '/api/v1/webhooks/{id}',
      role: 'viewer',
      summary: 'One webhook',
      responses: { 200: { description: 'The webhook.', schema: Webhook } },
      handle: async ({ principal, params }) => ({
        body: await webhooks.get(principal.tenantId, params.id ?? ''),
      }),
    }),
    defineRoute({
      name: 'updateWebhook',
      method: 'PATCH',
      path: '/api/v1/webhooks/{id}',
      role: 'operator',
      summary: 'Change a webhook',
      description: 'Fields that are left out stay. A new URL must take the challenge.',
      body: WebhookUpdate,
      responses: { 200: { description: 'The webhook as it is now.', schema: Webhook } },
      handle: async ({ principal, params, body }) => ({
        body: await webhooks.update(principal.tenantId, params.id ?? '', body),
      }),
    }),
    defineRoute({
      name: 'deleteWebhook',
      method: 'DELETE',
      path: '/api/v1/webhooks/{id}',
      role: 'operator',
      summary: 'Remove a webhook',
      description: 'From the answer on, nothing more is sent to it.',
      responses: { 200: { description: 'It is gone.', schema: Deleted } },
      handle: async ({ principal, params }) => {
        await webhooks.remove(principal.tenantId, params.id ?? '');
        return { body: { id: params.id, deleted: true } };
      },
    }),
  ];
}

function actionRoutes(webhooks: Webhooks): Route[] {
  return [
    defineRoute({
      name: 'testWebhook',
      method: 'POST',
      path: '/api/v1/webhooks/{id}/test',
      role: 'operator',
      summary: 'Send `webhook.test` now',
      responses: { 200: { description: 'The receiver took it.', schema: TestResult } },
      handle: async ({ principal, params }) => ({
        body: await webhooks.test(principal.tenantId, params.id ?? ''),
      }),
    }),
    defineRoute({
      name: 'rotateWebhookSecret',
      method: 'POST',
      path: '/api/v1/webhooks/{id}/rotate-secret',
      role: 'operator',
      summary: 'Make a new secret',
      description: 'The one before signs too until `previous_valid_until`.',
      responses: { 200: { description: 'The secret, this once.', schema: RotatedSecret } },
      handle: async ({ principal, params }) => ({
        body: await webhooks.rotateSecret(principal.tenantId, params.id ?? ''),
      }),
    }),
    defineRoute({
      name: 'enableWebhook',
      method: 'POST',
      path: '/api/v1/webhooks/{id}/enable',
      role: 'operator',
      summary: 'Enable a webhook that was disabled',
      description: 'What was cancelled meanwhile can be replayed.',
      responses: { 200: { description: 'The webhook as it is now.', schema: Webhook } },
      handle: async ({ principal, params }) => ({
        body: await webhooks.enable(principal.tenantId, params.id ?? ''),
      }),
    }),
    defineRoute({
      name: 'replayWebhook',
      method: 'POST',
      path: '/api/v1/webhooks/{id}/replay',
      role: 'operator',
      summary: 'Send again what failed, or everything of a time range',
      description: 'Newest first, up to 1,000 a call; `remaining` says that there is more.',
      body: ReplayInput,
      responses: { 202: { description: 'How many are on their way.', schema: ReplayResult } },
      handle: async ({ principal, params, body }) => ({
        status: 202,
        body: await webhooks.replay(principal.tenantId, params.id ?? '', body),
      }),
    }),
  ];
}

function deliveryRoutes(webhooks: Webhooks): Route[] {
  return [
    defineRoute({
      name: 'listWebhookDeliveries',
      method: 'GET',
      path: '/api/v1/webhooks/{id}/deliveries',
      role: 'viewer',
      summary: 'What was sent to a webhook, newest event first',
      query: DeliveriesQuery,
      responses: { 200: { description: 'A page of deliveries.', schema: DeliveryPage } },
      handle: async ({ principal, params, query }) => ({
        body: await webhooks.deliveries(principal.tenantId, params.id ?? '', query),
      }),
    }),
    defineRoute({
      name: 'getDelivery',
      method: 'GET',
      path: '/api/v1/deliveries/{id}',
      role: 'viewer',
      summary: 'A delivery with its payload and every attempt',
      responses: { 200: { description: 'The delivery.', schema: DeliveryDetails } },
      handle: async ({ principal, params }) => ({
        body: await webhooks.delivery(principal.tenantId, params.id ?? ''),
      }),
    }),
    defineRoute({
      name: 'retryDelivery',
      method: 'POST',
      path: '/api/v1/deliveries/{id}/retry',
      role: 'operator',
      summary: 'Send a delivery once more',
      responses: { 202: { description: 'It is on its way.', schema: Delivery } },
      handle: async ({ principal, params }) => ({
        status: 202,
        body: await webhooks.retry(principal.tenantId, params.id ?? ''),
      }),
    }),
    defineRoute({
      name: 'listEventTypes',
      method: 'GET',
      path: '/api/v1/event-types',
      role: 'viewer',
      summary: 'The events that a webhook can ask for, with JSON Schema and example',
      responses: { 200: { description: 'All of them.', schema: EventTypeList } },
      handle: async () => ({ body: listEventTypes() }),
    }),
  ];
}
