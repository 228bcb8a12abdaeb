import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.ContainerService/managedClusters';

export const aksApiServerAccess = defineStarter({
  name: 'aks-api-server-access',
  displayName: 'Kubernetes API servers should not be open to every network',
  description:
    'An API server on the internet is one stolen token or one vulnerability away from the whole cluster.',
  category: 'Kubernetes',
  severity: 'high',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/apiServerAccessProfile.enablePrivateCluster`, notEquals: true },
    { count: { field: `${TYPE}/apiServerAccessProfile.authorizedIPRanges[*]` }, equals: 0 },
  ),
  frameworks: {
    nist80053: ['AC-4', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    pciDss: ['1.3.1'],
    mcsb: ['NS-2'],
  },
  builtInId: '0e246bcf-5f6f-4f87-bc6f-775d4712c7ea',
  remediation: {
    text: 'Name the address ranges that may reach the API server, or use a private cluster.',
    az: 'az aks update --name <name> --resource-group <group> --api-server-authorized-ip-ranges 203.0.113.0/24',
    bicep: `properties: {
  apiServerAccessProfile: {
    authorizedIPRanges: ['203.0.113.0/24']
  }
}`,
    terraform: `resource "azurerm_kubernetes_cluster" "example" {
  api_server_access_profile {
    authorized_ip_ranges = ["203.0.113.0/24"]
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, { apiServerAccessProfile: { enablePrivateCluster: true } }),
      example(TYPE, { apiServerAccessProfile: { authorizedIPRanges: ['203.0.113.0/24'] } }),
    ],
    failing: [example(TYPE, { apiServerAccessProfile: { enablePrivateCluster: false } }), example(TYPE, {})],
  },
});
