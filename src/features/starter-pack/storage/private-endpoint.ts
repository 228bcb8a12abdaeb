import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Storage/storageAccounts';

export const storagePrivateEndpoint = defineStarter({
  name: 'storage-private-endpoint',
  displayName: 'Storage accounts should use private link',
  description:
    'A private endpoint gives the account an address in your network, so that traffic to it never crosses the internet.',
  category: 'Storage',
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
    cisAzure: ['3.10'],
    nist80053: ['AC-4', 'AC-17', 'AC-17(1)', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    mcsb: ['NS-2'],
  },
  builtInId: '6edd7eda-6dd8-40f7-810d-67160c639cd9',
  remediation: {
    text: 'Create a private endpoint for each service of the account that is used, approve it, and link the private DNS zone.',
    az: 'az network private-endpoint create --name <endpoint> --resource-group <group> --vnet-name <network> --subnet <subnet> --private-connection-resource-id <account-id> --group-id blob --connection-name blob',
    bicep: `resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: 'pe-example'
  location: location
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: 'blob'
        properties: { privateLinkServiceId: resourceId, groupIds: ['blob'] }
      }
    ]
  }
}`,
    terraform: `resource "azurerm_private_endpoint" "example" {
  name                = "pe-example"
  location            = var.location
  resource_group_name = var.resource_group_name
  subnet_id           = var.subnet_id

  private_service_connection {
    name                           = "blob"
    private_connection_resource_id = azurerm_storage_account.example.id
    subresource_names              = ["blob"]
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
    failing: [
      example(TYPE, {
        privateEndpointConnections: [
          { properties: { privateLinkServiceConnectionState: { status: 'Pending' } } },
        ],
      }),
      example(TYPE, {}),
    ],
  },
});
