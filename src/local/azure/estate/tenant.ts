import type { ManagementGroup, Subscription } from './model.ts';
import { Random } from './random.ts';

export type Tenant = {
  readonly tenantId: string;
  readonly subscriptions: readonly Subscription[];
  readonly managementGroups: readonly ManagementGroup[];
  /** How many resources each subscription holds at first, in the order of `subscriptions`. */
  readonly quotas: readonly number[];
};

const perSubscription = 16_000;

/** Lays out the tenant: 3 subscriptions at 2,000 resources, one more for every 16,000, none above 20,000. */
export function createTenant(seed: number, size: number): Tenant {
  const tenantId = new Random(seed, 3).uuid();
  const count = size < 60 ? 1 : size < 400 ? 2 : Math.max(3, 1 + Math.ceil(size / perSubscription));
  const subscriptions = Array.from({ length: count }, (_, index) => subscriptionAt(seed, index));
  return {
    tenantId,
    subscriptions,
    managementGroups: managementGroups(tenantId),
    quotas: quotas(seed, size, count),
  };
}

function subscriptionAt(seed: number, index: number): Subscription {
  const id = new Random(seed, 4, index).uuid();
  const number = String(Math.ceil((index + 1) / 2)).padStart(2, '0');
  if (index === 2)
    return {
      index,
      id,
      displayName: 'Platform',
      managementGroup: 'mg-platform',
      tags: { environment: 'shared' },
    };
  if (index % 2 === 0)
    return {
      index,
      id,
      displayName: `Corp Production ${number}`,
      managementGroup: 'mg-corp-prod',
      tags: { environment: 'prod' },
    };
  const managementGroup = index % 5 === 0 ? 'mg-sandbox' : 'mg-corp-nonprod';
  return {
    index,
    id,
    displayName: `Corp Non-Production ${number}`,
    managementGroup,
    tags: { environment: 'dev' },
  };
}

/** Shares of the estate: the platform's is small, the others' uneven. They add up to `size`. */
function quotas(seed: number, size: number, count: number): readonly number[] {
  const random = new Random(seed, 5);
  const weights = Array.from({ length: count }, (_, index) =>
    index === 2 ? 0.3 : 0.92 + random.next() * 0.16,
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => Math.floor((size * weight) / total));
  const rest = size - shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share, index) => (index < rest ? share + 1 : share));
}

function managementGroups(tenantId: string): readonly ManagementGroup[] {
  return [
    { name: tenantId, displayName: 'Tenant Root Group', parent: undefined },
    { name: 'mg-contoso', displayName: 'Contoso', parent: tenantId },
    { name: 'mg-platform', displayName: 'Platform', parent: 'mg-contoso' },
    { name: 'mg-landingzones', displayName: 'Landing Zones', parent: 'mg-contoso' },
    { name: 'mg-corp-prod', displayName: 'Corp Production', parent: 'mg-landingzones' },
    { name: 'mg-corp-nonprod', displayName: 'Corp Non-Production', parent: 'mg-landingzones' },
    { name: 'mg-sandbox', displayName: 'Sandbox', parent: 'mg-contoso' },
  ];
}
