import { defineStarter, resourcesOf } from '../definition.ts';
import { GROUPS, groupWith, narrowRule, openFromInternet } from './inboundRule.ts';

export const nsgRdpFromInternet = defineStarter({
  name: 'nsg-rdp-from-internet',
  displayName: 'Remote Desktop should not be open to the internet',
  description:
    'Remote Desktop is the usual way in for ransomware. Rules that a deny rule of higher priority hides are reported too: they open the port as soon as that one goes.',
  category: 'Network',
  severity: 'critical',
  when: resourcesOf(GROUPS, openFromInternet({ ports: [3389], protocols: ['Tcp', '*'] })),
  frameworks: {
    cisAzure: ['6.1'],
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
      groupWith({ destinationPortRange: '3389', sourceAddressPrefix: 'VirtualNetwork' }),
      groupWith(),
    ],
    failing: [
      groupWith({ destinationPortRange: '3389', sourceAddressPrefix: 'Internet' }),
      groupWith({ destinationPortRanges: ['3000-4000'], sourceAddressPrefix: '*' }),
    ],
  },
});
