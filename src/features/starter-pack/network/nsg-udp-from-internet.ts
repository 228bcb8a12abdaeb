import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';
import { openFromInternet, rule } from './inboundRule.ts';

const TYPE = 'Microsoft.Network/networkSecurityGroups';

export const nsgUdpFromInternet = defineStarter({
  name: 'nsg-udp-from-internet',
  displayName: 'UDP services should not be open to the internet',
  description:
    'DNS, NTP, LDAP, SSDP and memcached that answer on UDP are used to multiply attacks on others.',
  category: 'Network',
  severity: 'medium',
  when: resourcesOf(
    TYPE,
    openFromInternet({ ports: [53, 123, 161, 389, 1900, 11211], protocols: ['Udp', '*'] }),
  ),
  frameworks: {
    cisAzure: ['6.3'],
    nist80053: ['SC-5', 'SC-7'],
    iso27001: ['A.8.20'],
    pciDss: ['1.3.1'],
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
        securityRules: [
          rule({ protocol: 'Udp', destinationPortRange: '53', sourceAddressPrefix: '10.0.0.0/8' }),
        ],
      }),
      example(TYPE, {
        securityRules: [rule({ protocol: 'Tcp', destinationPortRange: '53', sourceAddressPrefix: '*' })],
      }),
    ],
    failing: [
      example(TYPE, {
        securityRules: [rule({ protocol: 'Udp', destinationPortRange: '53', sourceAddressPrefix: '*' })],
      }),
      example(TYPE, {
        securityRules: [rule({ protocol: '*', destinationPortRange: '*', sourceAddressPrefix: 'Internet' })],
      }),
    ],
  },
});
