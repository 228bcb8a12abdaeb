import { type AdminContext, answerAdmin } from './admin/admin-routes.ts';
import { answerWebhook, eventGridPath, type WebhookContext } from './event-grid/webhook.ts';
import { answerFunction, type HttpContext, type HttpTarget } from './http/function-route.ts';
import { sendStatus } from './http/respond.ts';
import { findRoute, type Route } from './http/routes.ts';
import type { Answer } from './http/server.ts';

/** Sends each request where its path belongs: admin routes, webhooks, the app's functions, the home page. */
export function createFrontDoor(parts: {
  readonly admin: AdminContext;
  readonly webhook: WebhookContext;
  readonly http: HttpContext;
  readonly routes: readonly Route<HttpTarget>[];
}): Answer {
  const { admin, webhook, http, routes } = parts;
  return async (exchange) => {
    const { request, response, target } = exchange;
    const path = target.path.toLowerCase();
    if (path === '/admin' || path.startsWith('/admin/')) return answerAdmin(admin, exchange);
    if (path.replace(/\/$/, '') === eventGridPath) return answerWebhook(webhook, exchange);
    const match = findRoute(routes, request.method ?? 'GET', target.segments);
    if (match.kind === 'notFound' && path === '/') {
      return sendStatus(response, 200, 'The functions host runs.');
    }
    return answerFunction(http, match, exchange);
  };
}
