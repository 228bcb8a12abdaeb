import type { Group, Subscription } from '../estate/model.ts';
import type { World } from '../world.ts';
import { groupNotFound, subscriptionNotFound } from './failure.ts';

export function findSubscription(world: World, id: string | undefined): Subscription {
  const subscription = world.estate.subscription(id ?? '');
  if (subscription === undefined) throw subscriptionNotFound(id ?? '');
  return subscription;
}

/** Returns the group; refuses an unknown one, and one that a fault makes fail. */
export function findGroup(world: World, subscription: Subscription, name: string): Group {
  world.faults.checkGroup(name);
  const group = world.estate.group(subscription.id, name);
  if (group === undefined) throw groupNotFound(name);
  return group;
}
