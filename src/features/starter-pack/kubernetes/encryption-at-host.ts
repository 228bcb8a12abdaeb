import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.ContainerService/managedClusters';

export const aksEncryptionAtHost = defineStarter({
  name: 'aks-encryption-at-host',
  displayName: 'Kubernetes nodes should encrypt temporary disks and caches',
  description:
    'Encryption at host covers temporary disks and caches of the nodes, and data on its way to the storage cluster.',
  category: 'Kubernetes',
  severity: 'low',
  when: resourcesOf(TYPE, {
    count: {
      field: `${TYPE}/agentPoolProfiles[*]`,
      where: { field: `${TYPE}/agentPoolProfiles[*].enableEncryptionAtHost`, notEquals: true },
    },
    greater: 0,
  }),
  frameworks: {
    nist80053: ['SC-28', 'SC-28(1)'],
    iso27001: ['A.8.24'],
    mcsb: ['DP-4'],
  },
  builtInId: '41425d9f-d1a5-499a-9932-f8ed8453932c',
  remediation: {
    text: 'Add a node pool with encryption at host and remove the old one.',
    az: 'az aks nodepool add --cluster-name <name> --resource-group <group> --name <pool> --enable-encryption-at-host',
    bicep: `properties: {
  agentPoolProfiles: [
    { name: 'system', mode: 'System', count: 3, vmSize: 'Standard_D4s_v5', enableEncryptionAtHost: true }
  ]
}`,
    terraform: `resource "azurerm_kubernetes_cluster_node_pool" "example" {
  host_encryption_enabled = true
}`,
  },
  examples: {
    passing: [example(TYPE, { agentPoolProfiles: [{ name: 'a', enableEncryptionAtHost: true }] })],
    failing: [
      example(TYPE, { agentPoolProfiles: [{ name: 'a', enableEncryptionAtHost: true }, { name: 'b' }] }),
    ],
  },
});
