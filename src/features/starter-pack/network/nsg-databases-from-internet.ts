import { defineStarter, resourcesOf } from '../definition.ts';
import { GROUPS, groupWith, narrowRule, openFromInternet } from './inboundRule.ts';

export const nsgDatabasesFromInternet = defineStarter({
  name: 'nsg-databases-from-internet',
  displayName: 'Database ports should not be open to the internet',
  description:
    'SQL Server, MySQL, PostgreSQL, MongoDB, Redis and Elasticsearch are not built to stand on the internet.',
  category: 'Network',
  severity: 'critical',
  when: resourcesOf(
    GROUPS,
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
    ...narrowRule,
  },
  examples: {
    passing: [
      groupWith({ destinationPortRange: '5432', sourceAddressPrefix: '10.1.0.0/16' }),
      groupWith({ destinationPortRange: '443', sourceAddressPrefix: '*' }),
    ],
    failing: [
      groupWith({ destinationPortRange: '5432', sourceAddressPrefix: '*' }),
      groupWith({ destinationPortRange: '27000-28000', sourceAddressPrefix: 'Internet' }),
    ],
  },
});
