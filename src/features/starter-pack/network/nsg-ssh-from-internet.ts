import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';
import { openFromInternet, rule } from './inboundRule.ts';

const TYPE = 'Microsoft.Network/networkSecurityGroups';

export const nsgSshFromInternet = defineStarter({
  name: 'nsg-ssh-from-internet',
  displayName: 'SSH should not be open to the internet',
  description:
    'Machines that answer on port 22 are attacked within minutes. Rules that a deny rule of higher priority hides are reported too: they open the port as soon as that one goes.',
  category: 'Network',
  severity: 'critical',
  when: resourcesOf(TYPE, openFromInternet({ ports: [22], protocols: ['Tcp', '*'] })),
  frameworks: {
    cisAzure: ['6.2'],
    nist80053: ['AC-4', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    pciDss: ['1.3.1', '1.4.2'],
    mcsb: ['NS-1', 'NS-3'],
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
        securityRules: [rule({ destinationPortRange: '22', sourceAddressPrefix: '10.0.0.0/8' })],
      }),
      example(TYPE, {
        securityRules: [rule({ destinationPortRange: '443', sourceAddressPrefix: 'Internet' })],
      }),
      example(TYPE, {
        securityRules: [rule({ destinationPortRange: '22', sourceAddressPrefix: '*', access: 'Deny' })],
      }),
      example(TYPE, {
        securityRules: [
          rule({ destinationPortRange: '22', sourceAddressPrefix: '*', direction: 'Outbound' }),
        ],
      }),
      example(TYPE, { securityRules: [rule({ destinationPortRange: '23-100', sourceAddressPrefix: '*' })] }),
    ],
    failing: [
      example(TYPE, { securityRules: [rule({ destinationPortRange: '22', sourceAddressPrefix: '*' })] }),
      example(TYPE, {
        securityRules: [rule({ destinationPortRange: '20-30', sourceAddressPrefix: 'Internet' })],
      }),
      example(TYPE, {
        securityRules: [
          rule({
            destinationPortRanges: ['80', '20-25'],
            sourceAddressPrefixes: ['10.0.0.0/8', '0.0.0.0/0'],
          }),
        ],
      }),
      example(TYPE, {
        securityRules: [rule({ destinationPortRange: '*', protocol: '*', sourceAddressPrefix: '0.0.0.0/0' })],
      }),
    ],
  },
});
