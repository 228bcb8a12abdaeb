import type { Body, BuildContext, Json, JsonObject, ResourceType, Slot } from '../model.ts';
import { subnetId } from '../parts.ts';

export const networkSecurityGroup: ResourceType = {
  type: 'Microsoft.Network/networkSecurityGroups',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2023-09-01', '2022-11-01', '2021-08-01'],
  prefix: 'nsg',
  embedded: { securityRules: 'securityRules' },
  build: buildSecurityGroup,
};

type Rule = {
  readonly name: string;
  readonly priority: number;
  readonly port: string;
  readonly source: string;
  readonly access?: string;
};

/** Returns a security rule as the network provider embeds it in its group. */
export function securityRule(groupId: string, rule: Rule): JsonObject {
  return {
    name: rule.name,
    id: `${groupId}/securityRules/${rule.name}`,
    type: 'Microsoft.Network/networkSecurityGroups/securityRules',
    properties: {
      provisioningState: 'Succeeded',
      protocol: 'Tcp',
      sourcePortRange: '*',
      destinationPortRange: rule.port,
      sourceAddressPrefix: rule.source,
      destinationAddressPrefix: '*',
      access: rule.access ?? 'Allow',
      priority: rule.priority,
      direction: 'Inbound',
      sourcePortRanges: [],
      destinationPortRanges: [],
      sourceAddressPrefixes: [],
      destinationAddressPrefixes: [],
    },
  };
}

function buildSecurityGroup(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const rules: JsonObject[] = [];
  const add = (name: string, port: string, source: string): void => {
    rules.push(securityRule(slot.id, { name, priority: 100 + rules.length * 10, port, source }));
  };
  if (random.chance(0.6)) add('AllowHttps', '443', random.pick(['Internet', 'VirtualNetwork', '*']));
  if (lax(0.2)) add('AllowHttp', '80', 'Internet');
  if (lax(0.16)) add('SSH', '22', random.pick(['*', 'Internet', '0.0.0.0/0']));
  else if (random.chance(0.4)) add('AllowSshFromBastion', '22', '10.0.0.0/8');
  if (lax(0.14)) add('RDP', '3389', random.pick(['*', 'Internet', '0.0.0.0/0']));
  if (lax(0.03)) add('AllowAll', '*', '*');
  const subnet = subnetId(slot.one.network, slot.facts.subnet);
  const nics: Json = (slot.many.nics ?? []).map((nic) => ({ id: nic.id }));
  return {
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: random.uuid(),
      securityRules: rules,
      defaultSecurityRules: defaultRules(slot.id),
      subnets: subnet === undefined ? undefined : [{ id: subnet }],
      networkInterfaces: (slot.many.nics ?? []).length > 0 ? nics : undefined,
    },
  };
}

function defaultRules(groupId: string): JsonObject[] {
  const rules = [
    ['AllowVnetInBound', 65000, 'VirtualNetwork', 'Allow'],
    ['AllowAzureLoadBalancerInBound', 65001, 'AzureLoadBalancer', 'Allow'],
    ['DenyAllInBound', 65500, '*', 'Deny'],
  ] as const;
  return rules.map(([name, priority, source, access]) => ({
    name,
    id: `${groupId}/defaultSecurityRules/${name}`,
    properties: {
      provisioningState: 'Succeeded',
      protocol: '*',
      sourcePortRange: '*',
      destinationPortRange: '*',
      sourceAddressPrefix: source,
      destinationAddressPrefix: '*',
      access,
      priority,
      direction: 'Inbound',
    },
  }));
}
