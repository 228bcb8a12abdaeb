import { defineStarter, resourcesOf } from '../definition.ts';
import { GROUPS, groupWith, narrowRule, openFromInternet } from './inboundRule.ts';

export const nsgUdpFromInternet = defineStarter({
  name: 'nsg-udp-from-internet',
  displayName: 'UDP services should not be open to the internet',
  description:
    'DNS, NTP, LDAP, SSDP and memcached that answer on UDP are used to multiply attacks on others.',
  category: 'Network',
  severity: 'medium',
  when: resourcesOf(
    GROUPS,
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
    ...narrowRule,
  },
  examples: {
    passing: [
      groupWith({ protocol: 'Udp', destinationPortRange: '53', sourceAddressPrefix: '10.0.0.0/8' }),
      groupWith({ protocol: 'Tcp', destinationPortRange: '53', sourceAddressPrefix: '*' }),
    ],
    failing: [
      groupWith({ protocol: 'Udp', destinationPortRange: '53', sourceAddressPrefix: '*' }),
      groupWith({ protocol: '*', destinationPortRange: '*', sourceAddressPrefix: 'Internet' }),
    ],
  },
});
