import { defineStarter, resourcesOf } from '../definition.ts';
import { GROUPS, groupWith, narrowRule, openFromInternet } from './inboundRule.ts';

export const nsgSshFromInternet = defineStarter({
  name: 'nsg-ssh-from-internet',
  displayName: 'SSH should not be open to the internet',
  description:
    'Machines that answer on port 22 are attacked within minutes. Rules that a deny rule of higher priority hides are reported too: they open the port as soon as that one goes.',
  category: 'Network',
  severity: 'critical',
  when: resourcesOf(GROUPS, openFromInternet({ ports: [22], protocols: ['Tcp', '*'] })),
  frameworks: {
    cisAzure: ['6.2'],
    nist80053: ['AC-4', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    pciDss: ['1.3.1', '1.4.2'],
    mcsb: ['NS-1', 'NS-3'],
  },
  remediation: {
    text: 'Delete the rule, or name the addresses that need it. For administration use Azure Bastion or just-in-time access.',
    ...narrowRule,
  },
  examples: {
    passing: [
      groupWith({ destinationPortRange: '22', sourceAddressPrefix: '10.0.0.0/8' }),
      groupWith({ destinationPortRange: '443', sourceAddressPrefix: 'Internet' }),
      groupWith({ destinationPortRange: '22', sourceAddressPrefix: '*', access: 'Deny' }),
      groupWith({ destinationPortRange: '22', sourceAddressPrefix: '*', direction: 'Outbound' }),
      groupWith({ destinationPortRange: '23-100', sourceAddressPrefix: '*' }),
    ],
    failing: [
      groupWith({ destinationPortRange: '22', sourceAddressPrefix: '*' }),
      groupWith({ destinationPortRange: '20-30', sourceAddressPrefix: 'Internet' }),
      groupWith({
        destinationPortRanges: ['80', '20-25'],
        sourceAddressPrefixes: ['10.0.0.0/8', '0.0.0.0/0'],
      }),
      groupWith({ destinationPortRange: '*', protocol: '*', sourceAddressPrefix: '0.0.0.0/0' }),
    ],
  },
});
