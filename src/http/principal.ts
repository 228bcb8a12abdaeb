import { Failure } from '#platform/failure.ts';
import { grants, type Role } from './role.ts';
import type { Route } from './route.ts';

/** What a caller is limited to, beside its roles. */
export type Scopes = {
  readonly access: 'read' | 'write';
  /** Subscription ids in lower case; undefined: all of the tenant's. */
  readonly subscriptions: readonly string[] | undefined;
  /** Features as `featureOf` names them; undefined: all. */
  readonly features: readonly string[] | undefined;
};

export const UNSCOPED: Scopes = { access: 'write', subscriptions: undefined, features: undefined };

/** Who is calling, as the credential says; the tenant never comes from anywhere else. */
export type Principal = {
  readonly tenantId: string;
  /** Stable and unique in the tenant: of the key, the user or the workload. */
  readonly id: string;
  readonly kind: 'key' | 'user' | 'workload' | 'anonymous';
  /** For the history and the audit log. */
  readonly name: string;
  readonly roles: readonly Role[];
  readonly scopes: Scopes;
};

/** Stands where a route asks for no credential. */
export const NOBODY: Principal = {
  tenantId: '',
  id: 'anonymous',
  kind: 'anonymous',
  name: 'anonymous',
  roles: [],
  scopes: UNSCOPED,
};

/** A credential that was good once, or names somebody who may not enter: it is known who was refused. */
export class Refusal extends Failure {
  readonly caller: Pick<Principal, 'tenantId' | 'id' | 'kind' | 'name'>;

  constructor(message: string, caller: Refusal['caller'], next?: string) {
    super('unauthenticated', message, { ...(next !== undefined && { next }) });
    this.caller = caller;
  }
}

/** Feature that a route belongs to, as scopes name it: the first word of its path after `/api/v1`. */
export function featureOf({ path }: Pick<Route, 'path'>): string {
  return path.replace(/^\/api\/v\d+(?=\/)/, '').split('/')[1] ?? '';
}

/** Every feature that asks for a credential, by name. */
export function featuresOf(routes: readonly Route[]): string[] {
  return [...new Set(routes.filter(({ role }) => role !== 'anonymous').map(featureOf))].sort();
}

/** Whether somebody with these roles may do what needs `required`. */
export function holds({ roles }: Pick<Principal, 'roles'>, required: Role): boolean {
  return roles.some((role) => grants(role, required));
}

/** @throws Failure `forbidden`, with what is lacking */
export function requireAccess(principal: Principal, route: Route): void {
  if (route.role === 'anonymous') return;
  const { name, roles, scopes } = principal;
  const feature = featureOf(route);
  if (!holds(principal, route.role)) {
    throw forbidden(`this needs the role ${route.role}; "${name}" has ${roles.join(', ') || 'none'}`);
  }
  if (scopes.access === 'read' && route.method !== 'GET') {
    throw forbidden(`"${name}" may only read`);
  }
  if (scopes.features && !scopes.features.includes(feature)) {
    throw forbidden(`"${name}" may use ${scopes.features.join(', ')}, not ${feature}`);
  }
  if (scopes.subscriptions && !route.bySubscription) {
    throw forbidden(`"${name}" is limited to some subscriptions, and this concerns all of them`);
  }
}

function forbidden(message: string): Failure {
  return new Failure('forbidden', message, {
    next: 'use a key with that role and scope, or ask an owner for one',
  });
}

/** Whether the caller may see what belongs to a subscription; what belongs to none is for callers without limit. */
export function visibleSubscription(
  { scopes }: Pick<Principal, 'scopes'>,
  subscriptionId: string | null | undefined,
): boolean {
  if (!scopes.subscriptions) return true;
  return subscriptionId != null && scopes.subscriptions.includes(subscriptionId.toLowerCase());
}

/** The subscriptions of a filter that the caller may see: undefined for all, an empty list for none. */
export function narrowSubscriptions(
  principal: Pick<Principal, 'scopes'>,
  wanted: readonly string[] | undefined,
): string[] | undefined {
  const { subscriptions } = principal.scopes;
  if (!subscriptions) return wanted && [...wanted];
  return wanted ? wanted.filter((id) => visibleSubscription(principal, id)) : [...subscriptions];
}

/** A query that asks for no more than the caller may see. */
export function narrowed<Query extends { subscriptionId?: string[] | undefined }>(call: {
  principal: Pick<Principal, 'scopes'>;
  query: Query;
}): Query {
  const subscriptionId = narrowSubscriptions(call.principal, call.query.subscriptionId);
  return { ...call.query, ...(subscriptionId && { subscriptionId }) };
}

/** What a caller may not see is not there. @throws Failure `notFound` */
export function requireVisible(
  principal: Pick<Principal, 'scopes'>,
  subscriptionId: string,
  message: string,
): void {
  if (!visibleSubscription(principal, subscriptionId)) throw new Failure('notFound', message);
}
