import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';
import { openFromInternet, rule } from './inboundRule.ts';

const TYPE = 'Microsoft.Network/networkSecurityGroups';

export const nsgDatabasesFromInternet = defineStarter({
  name: 'nsg-databases-from-internet',
  displayName: 'Database ports should not be open to the internet',
  description:
    'SQL Server, MySQL, PostgreSQL, MongoDB, Redis and Elasticsearch are not built to stand on the internet.',
  category: 'Network',
  severity: 'critical',
  when: resourcesOf(
    TYPE,
    openFromInternet({ ports: [1433, 3306, 5432, 6379, 9200, 27017], protocols: ['Tcp', '*'] }),
  ),
  frameworks: {
    nist80053: ['AC-4', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    pciDss: ['1.3.1', '1.4.4'],
    mcsb: ['NS-1'],
  },
  remediation: {
    text: 'Delete the rule, or name the addresses that need it. For administration use Azure Bastion or just-in-time access.',
    az: 'az network nsg rule update --name <rule> --nsg-name <name> --resource-group <group> --source-address-prefixes <your-network>',
    bicep: `properties: {
  securityRules: [
    {
      name: 'AllowFromOffice'
      properties: {
        priority: 100
        direction: 'Inbound'
        access: 'Allow'
        protocol: 'Tcp'
        sourceAddressPrefix: '203.0.113.0/24'
        sourcePortRange: '*'
        destinationAddressPrefix: '*'
        destinationPortRange: '443'
      }
    }
  ]
}`,
    terraform: `resource "azurerm_network_security_rule" "example" {
  name                        = "AllowFromOffice"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "203.0.113.0/24"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "443"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.example.name
}`,
  },
  examples: {
    passing: [
      example(TYPE, {
        securityRules: [rule({ destinationPortRange: '5432', sourceAddressPrefix: '10.1.0.0/16' })],
      }),
      example(TYPE, { securityRules: [rule({ destinationPortRange: '443', sourceAddressPrefix: '*' })] }),
    ],
    failing: [
      example(TYPE, { securityRules: [rule({ destinationPortRange: '5432', sourceAddressPrefix: '*' })] }),
      example(TYPE, {
        securityRules: [rule({ destinationPortRange: '27000-28000', sourceAddressPrefix: 'Internet' })],
      }),
    ],
  },
});
