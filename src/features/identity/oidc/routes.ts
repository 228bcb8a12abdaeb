import * as z from 'zod';
import { ROLES } from '#http/role.ts';
import { definePublicRoute, defineRoute, type Route } from '#http/route.ts';
import { Failure } from '#platform/failure.ts';
import type { Identity } from '../service.ts';

const Me = z
  .object({
    tenant_id: z.string(),
    id: z.string(),
    kind: z.enum(['key', 'user', 'workload', 'anonymous']),
    name: z.string(),
    roles: z.array(z.enum(ROLES)),
    scopes: z.object({
      access: z.enum(['read', 'write']),
      subscriptions: z.array(z.string()).nullable(),
      features: z.array(z.string()).nullable(),
    }),
    csrf_token: z.string().nullable().meta({
      description: 'To be sent as X-CSRF-Token with calls that change something; null without a session.',
    }),
  })
  .meta({ id: 'Me' });
const LoginQuery = z.strictObject({ tenant: z.guid().optional(), returnTo: z.string().max(2000).optional() });
/** What an identity provider sends beside `code` and `state` differs, and may grow. */
const CallbackQuery = z.looseObject({});
const REDIRECT = { 302: { description: 'On the way.' } };

/** Sign-in of browsers, and who one is. */
export function signInRoutes(identity: Identity): Route[] {
  function signIn() {
    if (identity.signIn) return identity.signIn;
    throw new Failure('notFound', 'nobody can sign in here', {
      next: 'set PUBLIC_URL and SIGN_IN_CLIENT_ID, or use an API key',
    });
  }
  return [
    definePublicRoute({
      name: 'login',
      method: 'GET',
      path: '/auth/login',
      summary: 'Sign in with a browser',
      query: LoginQuery,
      responses: REDIRECT,
      handle: async ({ query }) => {
        const { location, cookie } = await signIn().begin(LoginQuery.parse(query));
        return { status: 302, headers: { location, 'set-cookie': cookie } };
      },
    }),
    definePublicRoute({
      name: 'loginCallback',
      method: 'GET',
      path: '/auth/callback',
      summary: 'Where the identity provider sends the browser back to',
      query: CallbackQuery,
      responses: REDIRECT,
      handle: async ({ query, cookie: cookies }) => {
        const { location, cookie } = await signIn().finish(query, cookies);
        return { status: 302, headers: { location, 'set-cookie': cookie } };
      },
    }),
    definePublicRoute({
      name: 'logout',
      method: 'POST',
      path: '/auth/logout',
      summary: 'End the session of this browser',
      responses: { 200: { description: 'It is over.', schema: z.object({ signed_out: z.literal(true) }) } },
      handle: async ({ cookie }) => ({
        body: { signed_out: true },
        headers: { 'set-cookie': await identity.sessions.end(cookie) },
      }),
    }),
    defineRoute({
      name: 'getMe',
      method: 'GET',
      path: '/auth/me',
      role: 'viewer',
      bySubscription: true,
      summary: 'Who is calling, and what they may',
      responses: { 200: { description: 'You.', schema: Me } },
      handle: async ({ principal, cookie }) => {
        const { tenantId, id, kind, name, roles, scopes } = principal;
        const { access, subscriptions = null, features = null } = scopes;
        const session = kind === 'user' ? await identity.sessions.find(cookie) : undefined;
        const csrf = session?.person.id === id ? session.csrfToken : null;
        const limits = { access, subscriptions, features };
        return { body: { tenant_id: tenantId, id, kind, name, roles, scopes: limits, csrf_token: csrf } };
      },
    }),
  ];
}
