import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Network/virtualNetworks';

const WITHOUT = [
  'GatewaySubnet',
  'AzureFirewallSubnet',
  'AzureFirewallManagementSubnet',
  'RouteServerSubnet',
];

export const subnetNetworkSecurityGroup = defineStarter({
  name: 'subnet-network-security-group',
  displayName: 'Subnets should have a network security group',
  description:
    'Without a group every port of every machine in the subnet is open to all connected networks. Subnets of gateways, firewalls and route servers are left out: they cannot have one.',
  category: 'Network',
  severity: 'medium',
  when: resourcesOf(TYPE, {
    count: {
      field: `${TYPE}/subnets[*]`,
      where: {
        allOf: [
          { field: `${TYPE}/subnets[*].name`, notIn: WITHOUT },
          { field: `${TYPE}/subnets[*].networkSecurityGroup.id`, exists: false },
        ],
      },
    },
    greater: 0,
  }),
  frameworks: {
    nist80053: ['AC-4', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    pciDss: ['1.3.1'],
    mcsb: ['NS-1'],
  },
  builtInId: 'e71308d3-144b-4262-b144-efdc3cc90517',
  remediation: {
    text: 'Attach a group to each subnet.',
    az: 'az network vnet subnet update --name <subnet> --vnet-name <name> --resource-group <group> --network-security-group <nsg>',
    bicep: `properties: {
  subnets: [
    {
      name: 'default'
      properties: {
        addressPrefix: '10.0.0.0/24'
        networkSecurityGroup: { id: nsg.id }
      }
    }
  ]
}`,
    terraform: `resource "azurerm_subnet_network_security_group_association" "example" {
  subnet_id                 = azurerm_subnet.example.id
  network_security_group_id = azurerm_network_security_group.example.id
}`,
  },
  examples: {
    passing: [
      example(TYPE, {
        subnets: [
          { name: 'web', properties: { networkSecurityGroup: { id: '/nsg' } } },
          { name: 'GatewaySubnet', properties: {} },
        ],
      }),
      example(TYPE, { subnets: [] }),
    ],
    failing: [
      example(TYPE, {
        subnets: [
          { name: 'web', properties: { networkSecurityGroup: { id: '/nsg' } } },
          { name: 'db', properties: {} },
        ],
      }),
    ],
  },
});
