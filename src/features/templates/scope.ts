import type { ValueObject } from './value.ts';

/** Where a template is deployed. Ids in the casing that the caller gave. */
export type DeploymentScope =
  | { readonly kind: 'resourceGroup'; readonly subscriptionId: string; readonly resourceGroup: string }
  | { readonly kind: 'subscription'; readonly subscriptionId: string }
  | { readonly kind: 'managementGroup'; readonly managementGroup: string }
  | { readonly kind: 'tenant' };

/** ARM id of a scope; the tenant's is empty. */
export function scopeId(scope: DeploymentScope): string {
  switch (scope.kind) {
    case 'resourceGroup':
      return `/subscriptions/${scope.subscriptionId}/resourceGroups/${scope.resourceGroup}`;
    case 'subscription':
      return `/subscriptions/${scope.subscriptionId}`;
    case 'managementGroup':
      return `/providers/Microsoft.Management/managementGroups/${scope.managementGroup}`;
    case 'tenant':
      return '';
  }
}

/** What `resourceGroup()`, `subscription()` … answer with, where it is known before the deployment. */
export type Surroundings = {
  readonly resourceGroup?: ValueObject;
  readonly subscription?: ValueObject;
  readonly tenant?: ValueObject;
};

/** Id of a resource of a type below a scope: `A.b/c/d` named `x/y` is `…/providers/A.b/c/x/d/y`. */
export function idBelow(scope: string, type: string, name: string): string {
  if (type.toLowerCase() === 'microsoft.resources/resourcegroups') return `${scope}/resourceGroups/${name}`;
  const [namespace = '', ...types] = type.split('/');
  const names = name.split('/');
  const pairs = types.map((each, index) => `${each}/${names[index] ?? ''}`);
  return `${scope}/providers/${[namespace, ...pairs].join('/')}`;
}
