import type { Stamp, Subscription } from '../estate/model.ts';
import { planSubscription } from '../estate/plan.ts';
import { groupOf, realize } from '../estate/realize.ts';
import { createTenant } from '../estate/tenant.ts';
import type { Base, BaseGroup } from './base.ts';

/** A generated estate of exactly `size` resources. Only the plans are held (about 150 bytes for 20 resources). */
export function generatedBase(seed: number, size: number): Base {
  const tenant = createTenant(seed, size);
  const plans = new Map<string, ReadonlyMap<string, Stamp>>();
  const bySubscription = new Map(tenant.subscriptions.map((subscription) => [subscription.id, subscription]));

  function planOf(subscription: Subscription): ReadonlyMap<string, Stamp> {
    const known = plans.get(subscription.id);
    if (known !== undefined) return known;
    const stamps = planSubscription(seed, subscription, tenant.quotas[subscription.index] ?? 0);
    const plan = new Map(stamps.map((stamp) => [stamp.group.toLowerCase(), stamp]));
    plans.set(subscription.id, plan);
    return plan;
  }

  function groupsOf(subscriptionId: string): readonly BaseGroup[] {
    const subscription = bySubscription.get(subscriptionId);
    if (subscription === undefined) return [];
    return [...planOf(subscription)].map(([key, stamp]) => ({
      key,
      size: stamp.size,
      read: () => groupOf(stamp),
    }));
  }

  return {
    tenantId: tenant.tenantId,
    subscriptions: tenant.subscriptions,
    managementGroups: tenant.managementGroups,
    groupsOf,
    resourcesOf(subscriptionId, groupKey) {
      const subscription = bySubscription.get(subscriptionId);
      const stamp = subscription && planOf(subscription).get(groupKey);
      return stamp === undefined ? [] : realize(stamp, tenant.tenantId);
    },
  };
}
