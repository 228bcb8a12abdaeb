import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.ContainerService/managedClusters';

export const aksNodePublicIp = defineStarter({
  name: 'aks-node-public-ip',
  displayName: 'Kubernetes nodes should not have public IP addresses',
  description: 'A node with an address of its own on the internet can be attacked past the load balancer.',
  category: 'Kubernetes',
  severity: 'high',
  when: resourcesOf(TYPE, {
    count: {
      field: `${TYPE}/agentPoolProfiles[*]`,
      where: { field: `${TYPE}/agentPoolProfiles[*].enableNodePublicIP`, equals: true },
    },
    greater: 0,
  }),
  frameworks: {
    nist80053: ['AC-4', 'SC-7'],
    iso27001: ['A.8.20', 'A.8.22'],
    pciDss: ['1.4.4'],
    mcsb: ['NS-2'],
  },
  remediation: {
    text: 'Add a node pool without public addresses and remove the old one.',
    az: 'az aks nodepool add --cluster-name <name> --resource-group <group> --name <pool>',
    bicep: `properties: {
  agentPoolProfiles: [
    { name: 'system', mode: 'System', count: 3, vmSize: 'Standard_D4s_v5', enableNodePublicIP: false }
  ]
}`,
    terraform: `resource "azurerm_kubernetes_cluster_node_pool" "example" {
  node_public_ip_enabled = false
}`,
  },
  examples: {
    passing: [
      example(TYPE, { agentPoolProfiles: [{ name: 'a', enableNodePublicIP: false }, { name: 'b' }] }),
    ],
    failing: [example(TYPE, { agentPoolProfiles: [{ name: 'a' }, { name: 'b', enableNodePublicIP: true }] })],
  },
});
