import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';
import { openFromInternet, rule } from './inboundRule.ts';

const TYPE = 'Microsoft.Network/networkSecurityGroups';

export const nsgHttpFromInternet = defineStarter({
  name: 'nsg-http-from-internet',
  displayName: 'Unencrypted HTTP should not be open to the internet',
  description:
    'Port 80 carries passwords and sessions in the clear. Where it only redirects to HTTPS, exempt the group.',
  category: 'Network',
  severity: 'medium',
  when: resourcesOf(TYPE, openFromInternet({ ports: [80], protocols: ['Tcp', '*'] })),
  frameworks: {
    cisAzure: ['6.4'],
    nist80053: ['SC-7', 'SC-8'],
    iso27001: ['A.8.20', 'A.8.24'],
    pciDss: ['4.2.1'],
    mcsb: ['NS-1', 'DP-3'],
  },
  remediation: {
    text: 'Serve HTTPS, and let a gateway or CDN redirect; then delete the rule.',
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
        securityRules: [rule({ destinationPortRange: '443', sourceAddressPrefix: 'Internet' })],
      }),
      example(TYPE, {
        securityRules: [rule({ destinationPortRange: '80', sourceAddressPrefix: 'AzureFrontDoor.Backend' })],
      }),
    ],
    failing: [
      example(TYPE, {
        securityRules: [rule({ destinationPortRange: '80', sourceAddressPrefix: 'Internet' })],
      }),
    ],
  },
});
