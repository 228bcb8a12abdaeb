import type { Group, JsonObject, ManagementGroup, Subscription } from '../../estate/model.ts';
import type { Estate } from '../../state/estate.ts';
import { ancestors, subscriptionsBelow } from '../../state/hierarchy.ts';
import { resourceColumns } from '../../state/row.ts';
import type { Relation } from '../relation.ts';
import { objects } from './objects.ts';
import type { TableScope } from './scope.ts';

/** Management groups, subscriptions and resource groups. */
export function resourceContainers(scope: TableScope): Relation {
  return objects(resourceColumns, () => {
    const { estate, subscriptionIds } = scope;
    const seen = new Set(subscriptionIds);
    const groups = estate.managementGroups.filter((group) =>
      subscriptionsBelow(estate, group.name).some((id) => seen.has(id)),
    );
    return [
      ...groups.map((group) => managementGroupRow(estate, group)),
      ...subscriptionIds.flatMap((id) => {
        const subscription = estate.subscription(id);
        if (subscription === undefined) return [];
        return [
          subscriptionRow(estate, subscription),
          ...estate.groups(id).map((group) => groupRow(estate, group)),
        ];
      }),
    ];
  });
}

const blank = {
  kind: '',
  location: '',
  resourceGroup: '',
  subscriptionId: '',
  managedBy: '',
  tags: null,
} as const;

function managementGroupRow(estate: Estate, group: ManagementGroup): JsonObject {
  const chain = ancestors(estate, group.name);
  return {
    ...blank,
    id: `/providers/Microsoft.Management/managementGroups/${group.name}`,
    name: group.name,
    type: 'microsoft.management/managementgroups',
    tenantId: estate.tenantId,
    properties: {
      displayName: group.displayName,
      tenantId: estate.tenantId,
      details: {
        managementGroupAncestors: chain.map(({ name }) => name),
        managementGroupAncestorsChain: chain.map(({ name, displayName }) => ({ name, displayName })),
        parent: chain[0] && { name: chain[0].name, displayName: chain[0].displayName },
      },
    },
  };
}

function subscriptionRow(estate: Estate, subscription: Subscription): JsonObject {
  const chain = ancestors(estate, subscription.managementGroup, true);
  return {
    ...blank,
    id: `/subscriptions/${subscription.id}`,
    name: subscription.displayName,
    type: 'microsoft.resources/subscriptions',
    tenantId: estate.tenantId,
    subscriptionId: subscription.id,
    tags: subscription.tags,
    properties: {
      state: 'Enabled',
      managementGroupAncestorsChain: chain.map(({ name, displayName }) => ({ name, displayName })),
      subscriptionPolicies: {
        quotaId: 'EnterpriseAgreement_2014-09-01',
        spendingLimit: 'Off',
        locationPlacementId: 'Public_2014-09-01',
      },
    },
  };
}

function groupRow(estate: Estate, group: Group): JsonObject {
  return {
    ...blank,
    id: group.id,
    name: group.name,
    type: 'microsoft.resources/subscriptions/resourcegroups',
    tenantId: estate.tenantId,
    location: group.location,
    resourceGroup: group.name.toLowerCase(),
    subscriptionId: group.subscriptionId,
    managedBy: group.managedBy ?? '',
    tags: group.tags ?? null,
    properties: { provisioningState: group.provisioningState },
    systemData: group.systemData,
  };
}
