import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.ContainerService/managedClusters';

export const aksEntraIntegration = defineStarter({
  name: 'aks-entra-integration',
  displayName: 'Kubernetes clusters should be integrated with Microsoft Entra ID',
  description:
    'People sign in with their own account, multi-factor authentication included, and lose access when they leave.',
  category: 'Kubernetes',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/aadProfile`, exists: false }),
  frameworks: {
    nist80053: ['AC-2', 'IA-2'],
    iso27001: ['A.5.16', 'A.8.5'],
    mcsb: ['IM-1'],
  },
  builtInId: '450d2877-ebea-41e8-b00c-e286317d21bf',
  remediation: {
    text: 'Turn the integration on and name a group of administrators.',
    az: 'az aks update --name <name> --resource-group <group> --enable-aad --aad-admin-group-object-ids <group-object-id>',
    bicep: `properties: {
  aadProfile: {
    managed: true
    enableAzureRBAC: true
    adminGroupObjectIDs: [groupObjectId]
  }
}`,
    terraform: `resource "azurerm_kubernetes_cluster" "example" {
  azure_active_directory_role_based_access_control {
    azure_rbac_enabled     = true
    admin_group_object_ids = [var.group_object_id]
  }
}`,
  },
  examples: {
    passing: [example(TYPE, { aadProfile: { managed: true } })],
    failing: [example(TYPE, {})],
  },
});
