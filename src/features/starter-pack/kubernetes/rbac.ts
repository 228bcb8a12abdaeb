import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.ContainerService/managedClusters';

export const aksRbac = defineStarter({
  name: 'aks-rbac',
  displayName: 'Kubernetes clusters should use role-based access control',
  description: 'Without it everyone who can reach the API may do everything.',
  category: 'Kubernetes',
  severity: 'critical',
  when: resourcesOf(TYPE, { field: `${TYPE}/enableRBAC`, notEquals: true }),
  frameworks: {
    nist80053: ['AC-3(7)'],
    iso27001: ['A.5.15', 'A.8.3'],
    pciDss: ['7.2.1'],
    mcsb: ['PA-7'],
  },
  builtInId: 'ac4a19c2-fa67-49b4-8ae5-0b2e78c49457',
  remediation: {
    text: 'Create a new cluster with role-based access control and move the workloads: it cannot be turned on later.',
    az: 'az aks create --name <new-name> --resource-group <group> --enable-aad --enable-azure-rbac',
    bicep: `properties: {
  enableRBAC: true
}`,
    terraform: `resource "azurerm_kubernetes_cluster" "example" {
  role_based_access_control_enabled = true
}`,
  },
  examples: {
    passing: [example(TYPE, { enableRBAC: true })],
    failing: [example(TYPE, { enableRBAC: false })],
  },
});
