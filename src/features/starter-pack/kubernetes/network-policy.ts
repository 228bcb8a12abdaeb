import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.ContainerService/managedClusters';

export const aksNetworkPolicy = defineStarter({
  name: 'aks-network-policy',
  displayName: 'Kubernetes clusters should enforce network policies',
  description: 'Without a network policy engine every pod may talk to every other.',
  category: 'Kubernetes',
  severity: 'medium',
  when: resourcesOf(TYPE, {
    field: `${TYPE}/networkProfile.networkPolicy`,
    notIn: ['azure', 'calico', 'cilium'],
  }),
  frameworks: {
    nist80053: ['AC-4', 'SC-7'],
    iso27001: ['A.8.22'],
    pciDss: ['1.3.1'],
    mcsb: ['NS-1'],
  },
  remediation: {
    text: 'Install a network policy engine; nodes are reimaged one after another.',
    az: 'az aks update --name <name> --resource-group <group> --network-policy calico',
    bicep: `properties: {
  networkProfile: {
    networkPolicy: 'calico'
  }
}`,
    terraform: `resource "azurerm_kubernetes_cluster" "example" {
  network_profile {
    network_plugin = "azure"
    network_policy = "calico"
  }
}`,
  },
  examples: {
    passing: [example(TYPE, { networkProfile: { networkPolicy: 'cilium' } })],
    failing: [example(TYPE, { networkProfile: { networkPolicy: 'none' } }), example(TYPE, {})],
  },
});
