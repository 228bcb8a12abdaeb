import { parseResourceId } from '#features/inventory/index.ts';

export type ScopeKind = 'managementGroup' | 'subscription' | 'resourceGroup' | 'resource';

/** A scope that things are assigned at. */
export type Scope = {
  readonly kind: ScopeKind;
  /** Lower-cased ARM id without a slash at its end. */
  readonly id: string;
  /** Lower-cased; of a management group. */
  readonly managementGroup?: string;
  readonly subscriptionId?: string;
};

const GROUP = /^\/providers\/microsoft\.management\/managementgroups\/([^/]{1,90})$/;

/** Reads the ARM id of a scope, in any casing; undefined for what is none. */
export function parseScope(text: string): Scope | undefined {
  const id = `/${text.trim().replace(/^\/+|\/+$/g, '')}`.toLowerCase();
  const managementGroup = GROUP.exec(id)?.[1];
  if (managementGroup) return { kind: 'managementGroup', id, managementGroup };
  const { type, subscriptionId } = parseResourceId(id);
  if (!subscriptionId || type === undefined) return undefined;
  if (type === 'Microsoft.Resources/subscriptions') return { kind: 'subscription', id, subscriptionId };
  const isGroup = type === 'Microsoft.Resources/subscriptions/resourceGroups';
  return { kind: isGroup ? 'resourceGroup' : 'resource', id, subscriptionId };
}

/** Where subscriptions and management groups lie. */
export type Hierarchy = {
  /** Lower-case ARM id of the tenant's root group, which holds everything. */
  readonly root: string;
  /** Lower-case subscription id to the lower-case names of the management groups above it, nearest first. */
  readonly ancestors: ReadonlyMap<string, readonly string[]>;
};

/** Lower-case ARM id of the root management group: it bears the id of the tenant. */
export function rootScope(tenantId: string): string {
  return `/providers/microsoft.management/managementgroups/${tenantId.toLowerCase()}`;
}

/**
 * Whether something (a resource, a group, a subscription, a management group, by its lower-cased ARM id) lies at or
 * below a scope. The root group holds all there is, also what is in no subscription.
 * Source: learn.microsoft.com, "Understand scope in Azure Policy".
 */
export function isWithin(id: string, scope: string, { root, ancestors }: Hierarchy): boolean {
  if (scope === root || id === scope) return true;
  const above = GROUP.exec(scope)?.[1];
  if (above === undefined) return id.startsWith(`${scope}/`);
  const below = GROUP.exec(id)?.[1];
  if (below === undefined) return ancestors.get(id.split('/')[2] ?? '')?.includes(above) ?? false;
  return [...ancestors.values()].some(
    (chain) => chain.includes(below) && chain.indexOf(above) > chain.indexOf(below),
  );
}
