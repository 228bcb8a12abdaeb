import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/disks';

export const diskPublicNetworkAccess = defineStarter({
  name: 'disk-public-network-access',
  displayName: 'Managed disks should disable public network access',
  description: 'A disk that allows public access can be exported to anyone who holds a link to it.',
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
  builtInId: '8405fdab-1faf-48aa-b702-999c9c172094',
  remediation: {
    text: 'Disable public network access; use disk access resources with private endpoints where exports are needed.',
    az: 'az disk update --name <name> --resource-group <group> --public-network-access Disabled --network-access-policy DenyAll',
    bicep: `properties: {
  publicNetworkAccess: 'Disabled'
  networkAccessPolicy: 'DenyAll'
}`,
    terraform: `resource "azurerm_managed_disk" "example" {
  public_network_access_enabled = false
  network_access_policy         = "DenyAll"
}`,
  },
  examples: {
    passing: [
      example(TYPE, { publicNetworkAccess: 'Disabled', networkAccessPolicy: 'DenyAll' }),
      example(TYPE, { publicNetworkAccess: 'Enabled', networkAccessPolicy: 'AllowPrivate' }),
    ],
    failing: [example(TYPE, { publicNetworkAccess: 'Enabled', networkAccessPolicy: 'AllowAll' })],
  },
});
