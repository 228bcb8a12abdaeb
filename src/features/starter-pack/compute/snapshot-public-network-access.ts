import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/snapshots';

export const snapshotPublicNetworkAccess = defineStarter({
  name: 'snapshot-public-network-access',
  displayName: 'Snapshots should disable public network access',
  description:
    'A snapshot holds everything its disk held; one that allows public access can be exported to anyone who holds a link to it.',
  category: 'Compute',
  severity: 'medium',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/publicNetworkAccess`, notEquals: 'Disabled' },
    { field: `${TYPE}/networkAccessPolicy`, equals: 'AllowAll' },
  ),
  frameworks: {
    nist80053: ['AC-4', 'SC-7'],
    iso27001: ['A.8.12', 'A.8.20'],
    mcsb: ['NS-2'],
  },
  remediation: {
    text: 'Disable public network access of the snapshot.',
    az: 'az snapshot update --name <name> --resource-group <group> --public-network-access Disabled --network-access-policy DenyAll',
    bicep: `properties: {
  publicNetworkAccess: 'Disabled'
  networkAccessPolicy: 'DenyAll'
}`,
    terraform: `resource "azurerm_snapshot" "example" {
  public_network_access_enabled = false
  network_access_policy         = "DenyAll"
}`,
  },
  examples: {
    passing: [example(TYPE, { publicNetworkAccess: 'Disabled', networkAccessPolicy: 'DenyAll' })],
    failing: [example(TYPE, { publicNetworkAccess: 'Enabled', networkAccessPolicy: 'AllowAll' })],
  },
});
