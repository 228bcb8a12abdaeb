import type { Estate } from '../state/estate.ts';
import { definition } from './builtIns.ts';
import type { PolicyKind, PolicyObject } from './model.ts';

const BY = '2026-01-05T08:00:00Z';
const systemData = {
  createdBy: 'governance@contoso.com',
  createdByType: 'User',
  createdAt: BY,
  lastModifiedAt: BY,
};
const BUILT_IN = '/providers/Microsoft.Authorization';

function object(
  scope: string,
  kind: PolicyKind,
  of: Pick<PolicyObject, 'name' | 'properties'>,
): PolicyObject {
  const type = `Microsoft.Authorization/${kind}`;
  return { id: `${scope}/providers/${type}/${of.name}`, type, ...of, systemData };
}

/** What the estate's people have set up: two definitions of their own, five assignments, two exemptions. */
export function seededObjects(estate: Estate): PolicyObject[] {
  const top = estate.managementGroups[1] ?? estate.managementGroups[0];
  const [first] = estate.subscriptions;
  if (!top || !first) return [];
  const group = `/providers/Microsoft.Management/managementGroups/${top.name}`;
  const subscription = `/subscriptions/${first.id}`;
  const [resourceGroup] = estate.groups(first.id);
  const inGroup = resourceGroup ? resourceGroup.id : subscription;
  const ownTag = definition(
    {
      name: 'cost-center-tag',
      category: 'Tags',
      displayName: 'Resources have a cost center',
      policyType: 'Custom',
    },
    { field: 'tags.costCenter', exists: false },
  );
  const ownSku = definition(
    {
      name: 'no-basic-ip',
      category: 'Network',
      displayName: 'No public addresses of the basic SKU',
      policyType: 'Custom',
    },
    {
      allOf: [
        { field: 'type', equals: 'Microsoft.Network/publicIPAddresses' },
        { field: 'Microsoft.Network/publicIPAddresses/sku.name', equals: 'Basic' },
      ],
    },
  );
  const benchmark = assignment(group, 'security-benchmark', {
    displayName: 'Microsoft cloud security benchmark',
    policyDefinitionId: `${BUILT_IN}/policySetDefinitions/1f3afdf9-d0c9-4c3d-847f-89da613e70a8`,
  });
  const locations = assignment(subscription, 'allowed-locations', {
    displayName: 'Allowed locations',
    policyDefinitionId: `${BUILT_IN}/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c`,
    parameters: { listOfAllowedLocations: { value: ['westeurope', 'northeurope', 'germanywestcentral'] } },
    enforcementMode: 'DoNotEnforce',
  });
  return [
    object(group, 'policyDefinitions', ownTag),
    object(subscription, 'policyDefinitions', ownSku),
    benchmark,
    assignment(group, 'cost-center', {
      displayName: 'Resources have a cost center',
      policyDefinitionId: `${group}/providers/Microsoft.Authorization/policyDefinitions/cost-center-tag`,
      notScopes: [inGroup],
    }),
    locations,
    assignment(subscription, 'no-basic-ip', {
      displayName: 'No public addresses of the basic SKU',
      policyDefinitionId: `${subscription}/providers/Microsoft.Authorization/policyDefinitions/no-basic-ip`,
    }),
    assignment(inGroup, 'https-only', {
      displayName: 'Web apps answer HTTPS only',
      policyDefinitionId: `${BUILT_IN}/policyDefinitions/a4af4a39-4135-47fb-b175-47fbdf85311d`,
      parameters: { effect: { value: 'Deny' } },
    }),
    exemption(inGroup, 'legacy-until-summer', benchmark.id, {
      displayName: 'The legacy application moves in summer',
      exemptionCategory: 'Waiver',
      expiresOn: '2030-06-30T00:00:00Z',
      policyDefinitionReferenceIds: ['member0', 'member3'],
    }),
    exemption(inGroup, 'other-region', locations.id, {
      displayName: 'Its region is agreed with the customer',
      exemptionCategory: 'Mitigated',
    }),
  ];
}

function assignment(scope: string, name: string, properties: PolicyObject['properties']): PolicyObject {
  const defaults = {
    scope,
    notScopes: [],
    parameters: {},
    enforcementMode: 'Default',
    metadata: { assignedBy: 'Governance' },
  };
  return object(scope, 'policyAssignments', { name, properties: { ...defaults, ...properties } });
}

function exemption(
  scope: string,
  name: string,
  policyAssignmentId: string,
  properties: PolicyObject['properties'],
): PolicyObject {
  return object(scope, 'policyExemptions', { name, properties: { policyAssignmentId, ...properties } });
}
