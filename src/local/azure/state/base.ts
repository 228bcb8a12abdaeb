import type { Group, ManagementGroup, Resource, Subscription } from '../estate/model.ts';

export type BaseGroup = {
  /** The name in lower case; empty for what lives directly in a subscription. */
  readonly key: string;
  readonly size: number;
  readonly read: () => Group;
};

/** The estate as it was before anything changed it: generated, or loaded from a file. */
export type Base = {
  readonly tenantId: string;
  readonly subscriptions: readonly Subscription[];
  readonly managementGroups: readonly ManagementGroup[];
  /** Types that a loaded estate has, as it writes them. */
  readonly types?: readonly string[];
  readonly groupsOf: (subscriptionId: string) => readonly BaseGroup[];
  readonly resourcesOf: (subscriptionId: string, groupKey: string) => readonly Resource[];
};
