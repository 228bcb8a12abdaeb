import { link, type Recipe } from '../recipe.ts';
import { automationAccount } from '../types/automationAccount.ts';
import { azureFirewall } from '../types/azureFirewall.ts';
import { bastionHost } from '../types/bastionHost.ts';
import { dataCollectionRule } from '../types/dataCollectionRule.ts';
import { dnsZone } from '../types/dnsZone.ts';
import { gatewayConnection } from '../types/gatewayConnection.ts';
import { keyVault } from '../types/keyVault.ts';
import { localNetworkGateway } from '../types/localNetworkGateway.ts';
import { logAnalyticsWorkspace } from '../types/logAnalyticsWorkspace.ts';
import { networkWatcher } from '../types/networkWatcher.ts';
import { privateDnsZone } from '../types/privateDnsZone.ts';
import { privateDnsZoneLink } from '../types/privateDnsZoneLink.ts';
import { publicIpAddress } from '../types/publicIpAddress.ts';
import { recoveryVault } from '../types/recoveryVault.ts';
import { runbook } from '../types/runbook.ts';
import { solution } from '../types/solution.ts';
import { virtualNetwork } from '../types/virtualNetwork.ts';
import { virtualNetworkGateway } from '../types/virtualNetworkGateway.ts';

export const hubNetworkName = 'vnet-hub';
export const hubWorkspaceName = 'log-central';

const zones = [
  'privatelink.blob.core.windows.net',
  'privatelink.vaultcore.azure.net',
  'privatelink.database.windows.net',
];

/** The first stamp of a subscription: its network hub and central logging. */
export function hub(recipe: Recipe): void {
  const subnets = ['GatewaySubnet', 'AzureFirewallSubnet', 'AzureBastionSubnet', 'snet-shared'];
  const network = recipe.add(virtualNetwork, { name: hubNetworkName, facts: { subnets } });
  const workspace = recipe.add(logAnalyticsWorkspace, { name: hubWorkspaceName });
  const address = (suffix: string, owner: string): ReturnType<Recipe['add']> =>
    recipe.add(publicIpAddress, { suffix, facts: { configuration: owner } });
  const gatewayAddress = address('vgw', 'ipConfigurations/default');
  const gateway = recipe.add(virtualNetworkGateway, { one: { network, publicIp: gatewayAddress } });
  gatewayAddress.one.owner = gateway;
  const local = recipe.add(localNetworkGateway);
  recipe.add(gatewayConnection, { one: { gateway, local } });
  const bastionAddress = address('bas', 'bastionHostIpConfigurations/IpConf');
  bastionAddress.one.owner = recipe.add(bastionHost, { one: { network, publicIp: bastionAddress } });
  const firewallAddress = address('afw', 'azureFirewallIpConfigurations/firewall');
  firewallAddress.one.owner = recipe.add(azureFirewall, { one: { network, publicIp: firewallAddress } });
  for (const product of ['SecurityInsights', 'ContainerInsights']) {
    recipe.add(solution, { name: `${product}(${workspace.name})`, one: { workspace }, facts: { product } });
  }
  for (const name of zones) {
    const zone = recipe.add(privateDnsZone, { name });
    link(zone, 'links', recipe.add(privateDnsZoneLink, { parent: zone, name: 'link-hub', one: { network } }));
  }
  const automation = recipe.add(automationAccount);
  recipe.add(runbook, { parent: automation, name: 'Stop-IdleMachines' });
  recipe.add(dataCollectionRule, { one: { workspace } });
  recipe.add(networkWatcher, { name: `NetworkWatcher_${recipe.stamp.location}` });
  recipe.add(dnsZone, { name: `s${recipe.stamp.subscription.index}.contoso.com` });
  recipe.add(keyVault);
  recipe.add(recoveryVault);
}
