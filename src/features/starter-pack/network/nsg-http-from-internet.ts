import { defineStarter, resourcesOf } from '../definition.ts';
import { GROUPS, groupWith, narrowRule, openFromInternet } from './inboundRule.ts';

export const nsgHttpFromInternet = defineStarter({
  name: 'nsg-http-from-internet',
  displayName: 'Unencrypted HTTP should not be open to the internet',
  description:
    'Port 80 carries passwords and sessions in the clear. Where it only redirects to HTTPS, exempt the group.',
  category: 'Network',
  severity: 'medium',
  when: resourcesOf(GROUPS, openFromInternet({ ports: [80], protocols: ['Tcp', '*'] })),
  frameworks: {
    cisAzure: ['6.4'],
    nist80053: ['SC-7', 'SC-8'],
    iso27001: ['A.8.20', 'A.8.24'],
    pciDss: ['4.2.1'],
    mcsb: ['NS-1', 'DP-3'],
  },
  remediation: {
    text: 'Serve HTTPS, and let a gateway or CDN redirect; then delete the rule.',
    ...narrowRule,
  },
  examples: {
    passing: [
      groupWith({ destinationPortRange: '443', sourceAddressPrefix: 'Internet' }),
      groupWith({ destinationPortRange: '80', sourceAddressPrefix: 'AzureFrontDoor.Backend' }),
    ],
    failing: [groupWith({ destinationPortRange: '80', sourceAddressPrefix: 'Internet' })],
  },
});
