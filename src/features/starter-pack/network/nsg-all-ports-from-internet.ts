import { defineStarter, resourcesOf } from '../definition.ts';
import { allPortsFromInternet, GROUPS, groupWith } from './inboundRule.ts';

export const nsgAllPortsFromInternet = defineStarter({
  name: 'nsg-all-ports-from-internet',
  displayName: 'Network security groups should not open all ports to the internet',
  description: 'A rule from everywhere to every port makes the group worthless.',
  category: 'Network',
  severity: 'critical',
  when: resourcesOf(GROUPS, allPortsFromInternet()),
  frameworks: {
    nist80053: ['AC-4', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    pciDss: ['1.3.1', '1.3.2', '1.4.2'],
    mcsb: ['NS-1'],
  },
  builtInId: '9daedab3-fb2d-461e-b861-71790eead4f6',
  remediation: {
    text: 'Delete the rule and allow only the ports that are served.',
    az: 'az network nsg rule delete --name <rule> --nsg-name <name> --resource-group <group>',
    bicep: `properties: {
  securityRules: [] // the default rules deny everything from the internet
}`,
    terraform: `resource "azurerm_network_security_group" "example" {
  security_rule = [] # the default rules deny everything from the internet
}`,
  },
  examples: {
    passing: [
      groupWith({ destinationPortRange: '443', sourceAddressPrefix: '*' }),
      groupWith({ destinationPortRange: '*', sourceAddressPrefix: 'VirtualNetwork' }),
    ],
    failing: [
      groupWith({ destinationPortRange: '*', sourceAddressPrefix: '*' }),
      groupWith({ destinationPortRange: '0-65535', sourceAddressPrefix: 'Internet' }),
    ],
  },
});
