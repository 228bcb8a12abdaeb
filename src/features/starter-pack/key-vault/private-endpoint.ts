import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.KeyVault/vaults';

export const keyVaultPrivateEndpoint = defineStarter({
  name: 'key-vault-private-endpoint',
  displayName: 'Key vaults should use private link',
  description:
    'A private endpoint gives the vault an address in your network, so that secrets never cross the internet.',
  category: 'Key Vault',
  severity: 'low',
  when: resourcesOf(TYPE, {
    count: {
      field: `${TYPE}/privateEndpointConnections[*]`,
      where: {
        field: `${TYPE}/privateEndpointConnections[*].privateLinkServiceConnectionState.status`,
        equals: 'Approved',
      },
    },
    less: 1,
  }),
  frameworks: {
    cisAzure: ['8.7'],
    nist80053: ['AC-4', 'AC-17', 'AC-17(1)', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    mcsb: ['NS-2', 'DP-8'],
  },
  builtInId: 'a6abeaec-4d90-4a02-805f-6b26c4d3fbe9',
  remediation: {
    text: 'Create a private endpoint, approve it, and link the private DNS zone.',
    az: 'az network private-endpoint create --name <endpoint> --resource-group <group> --vnet-name <network> --subnet <subnet> --private-connection-resource-id <vault-id> --group-id vault --connection-name vault',
    bicep: `resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: 'pe-example'
  location: location
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      { name: 'vault', properties: { privateLinkServiceId: vault.id, groupIds: ['vault'] } }
    ]
  }
}`,
    terraform: `resource "azurerm_private_endpoint" "example" {
  name                = "pe-example"
  location            = var.location
  resource_group_name = var.resource_group_name
  subnet_id           = var.subnet_id

  private_service_connection {
    name                           = "vault"
    private_connection_resource_id = azurerm_key_vault.example.id
    subresource_names              = ["vault"]
    is_manual_connection           = false
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, {
        privateEndpointConnections: [
          { properties: { privateLinkServiceConnectionState: { status: 'Approved' } } },
        ],
      }),
    ],
    failing: [example(TYPE, { privateEndpointConnections: [] }), example(TYPE, {})],
  },
});
