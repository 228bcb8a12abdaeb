import type * as z from 'zod';
import type { Dialect } from './dialect.ts';
import type { Principal } from './principal.ts';
import type { Role } from './role.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a handler gets: everything is parsed, the caller is known. */
export type Call<Query, Body> = {
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly correlationId: string;
  /** `If-Match` as it was sent. */
  readonly ifMatch: string | undefined;
  /** Scheme and host that the caller used. */
  readonly origin: string;
  /** `Cookie` as it was sent. */
  readonly cookie?: string | undefined;
};

/** What a handler gives back: `body` is sent as JSON, `lines` as a stream of JSON texts, one a line, `text` as a stream as it is. */
export type Answer = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** In the place of `body`: its JSON, gzipped already. */
  readonly packed?: Uint8Array<ArrayBuffer>;
  /** Pages of values. */
  readonly lines?: AsyncIterable<readonly unknown[]>;
  readonly text?: AsyncIterable<string>;
  /** Media type where it is not JSON. */
  readonly contentType?: string;
  /** What the audit log says beside it: the state before; the state after where it is not the body. */
  readonly audit?: { readonly before?: unknown; readonly after?: unknown };
};

type Common = {
  /** Function name and OpenAPI operation id. */
  readonly name: string;
  readonly method: Method;
  /** `{x}` is a segment, `{x+}` is the rest of the path (at least one segment, `%2F` or plain slashes). */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** Where it is not JSON with problem+json. */
  readonly dialect?: Dialect;
  /**
   * The handler shows and changes only what `visibleSubscription` allows. Without this, a caller that is limited to
   * some subscriptions is refused.
   */
  readonly bySubscription?: true;
  /** Statuses of the good answer, first the usual one, each with its schema. */
  readonly responses: Readonly<
    Record<
      number,
      { readonly description: string; readonly schema?: z.ZodType; readonly contentType?: string }
    >
  >;
};

/** A route as the router, the OpenAPI document and the authorization test see it. */
export type Route = Common & {
  /** Least role of the caller, or `anonymous` for a route that asks for no credential. */
  readonly role: Role | 'anonymous';
  readonly query: z.ZodType | undefined;
  readonly body: z.ZodType | undefined;
  readonly handle: (call: Call<unknown, unknown>) => Promise<Answer>;
};

type Definition<Query, Body> = Common & {
  readonly role: Role;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  readonly handle: (call: Call<Query, Body>) => Promise<Answer>;
};

/** Declares a route; without a role it does not compile. */
export function defineRoute<Query = undefined, Body = undefined>(definition: Definition<Query, Body>): Route {
  return {
    ...definition,
    query: definition.query,
    body: definition.body,
    handle: definition.handle as Route['handle'],
  };
}

/** What the handler of a public route gets: it sees no caller. */
export type PublicCall = Pick<Call<unknown, unknown>, 'origin' | 'cookie'> & {
  readonly query: Readonly<Record<string, unknown>>;
};

/** Declares a route that anybody may call. */
export function definePublicRoute(
  definition: Common & {
    readonly query?: z.ZodType<Record<string, unknown>>;
    readonly handle: (call: PublicCall) => Promise<Answer>;
  },
): Route {
  return {
    ...definition,
    role: 'anonymous',
    query: definition.query,
    body: undefined,
    handle: ({ query, origin, cookie }) =>
      definition.handle({ query: query as PublicCall['query'], origin, cookie }),
  };
}
