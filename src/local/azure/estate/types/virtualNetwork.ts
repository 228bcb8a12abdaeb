import { scalarText } from '../json.ts';
import type { Body, BuildContext, Json, JsonObject, ResourceType, Slot } from '../model.ts';
import { addressBase, ref } from '../parts.ts';

export const virtualNetwork: ResourceType = {
  type: 'Microsoft.Network/virtualNetworks',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2023-09-01', '2022-11-01', '2021-08-01'],
  prefix: 'vnet',
  maxNameLength: 64,
  embedded: { subnets: 'subnets', virtualNetworkPeerings: 'virtualNetworkPeerings' },
  build: buildNetwork,
};

function buildNetwork(slot: Slot, context: BuildContext): Body {
  const { second, third } = addressBase(context);
  const names = Array.isArray(slot.facts.subnets) ? (slot.facts.subnets as readonly Json[]) : ['default'];
  const subnets = names.map((name, index) =>
    subnet(slot, scalarText(name), `10.${second}.${third + index}.0/24`),
  );
  return {
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: context.random.uuid(),
      addressSpace: { addressPrefixes: [`10.${second}.${third}.0/20`] },
      dhcpOptions: context.random.chance(0.4) ? { dnsServers: ['10.0.0.4', '10.0.0.5'] } : undefined,
      subnets,
      virtualNetworkPeerings: peerings(slot),
      enableDdosProtection: context.stamp.environment === 'prod' && context.random.chance(0.2),
    },
  };
}

function subnet(slot: Slot, name: string, prefix: string): JsonObject {
  const users = (slot.many.nics ?? []).filter((nic) => nic.facts.subnet === name);
  const delegation = slot.facts[`delegation:${name}`];
  return {
    name,
    id: `${slot.id}/subnets/${name}`,
    type: 'Microsoft.Network/virtualNetworks/subnets',
    properties: {
      provisioningState: 'Succeeded',
      addressPrefix: prefix,
      networkSecurityGroup: ref(slot.one[`nsg:${name}`]),
      routeTable: ref(slot.one[`routes:${name}`]),
      natGateway: ref(slot.one[`nat:${name}`]),
      ipConfigurations:
        users.length === 0 ? undefined : users.map((nic) => ({ id: `${nic.id}/ipConfigurations/ipconfig1` })),
      serviceEndpoints: [],
      delegations:
        delegation === undefined
          ? []
          : [
              {
                name: 'delegation',
                properties: {
                  serviceName: delegation,
                  actions: ['Microsoft.Network/virtualNetworks/subnets/join/action'],
                  provisioningState: 'Succeeded',
                },
              },
            ],
      privateEndpointNetworkPolicies: 'Disabled',
      privateLinkServiceNetworkPolicies: 'Enabled',
      defaultOutboundAccess: slot.one[`nat:${name}`] === undefined ? undefined : false,
    },
  };
}

function peerings(slot: Slot): JsonObject[] {
  const hub = slot.facts.hubNetwork;
  if (typeof hub !== 'string') return [];
  return [
    {
      name: 'peer-to-hub',
      id: `${slot.id}/virtualNetworkPeerings/peer-to-hub`,
      type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
      properties: {
        provisioningState: 'Succeeded',
        peeringState: 'Connected',
        peeringSyncLevel: 'FullyInSync',
        remoteVirtualNetwork: { id: hub },
        allowVirtualNetworkAccess: true,
        allowForwardedTraffic: true,
        allowGatewayTransit: false,
        useRemoteGateways: false,
        doNotVerifyRemoteGateways: false,
      },
    },
  ];
}
