import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.ContainerService/managedClusters';

export const aksDefender = defineStarter({
  name: 'aks-defender',
  displayName: 'Kubernetes clusters should have the Defender profile',
  description: 'Microsoft Defender for Containers watches nodes and workloads for attacks under way.',
  category: 'Kubernetes',
  severity: 'medium',
  when: resourcesOf(TYPE, {
    field: `${TYPE}/securityProfile.defender.securityMonitoring.enabled`,
    notEquals: true,
  }),
  frameworks: {
    nist80053: ['SI-4'],
    iso27001: ['A.8.16'],
    pciDss: ['10.4.1'],
    mcsb: ['LT-1', 'LT-2'],
  },
  builtInId: 'a1840de2-8088-4ea8-b153-b4c723e9cb01',
  remediation: {
    text: 'Enable the profile, with a Log Analytics workspace.',
    az: 'az aks update --name <name> --resource-group <group> --enable-defender',
    bicep: `properties: {
  securityProfile: {
    defender: {
      logAnalyticsWorkspaceResourceId: workspace.id
      securityMonitoring: { enabled: true }
    }
  }
}`,
    terraform: `resource "azurerm_kubernetes_cluster" "example" {
  microsoft_defender {
    log_analytics_workspace_id = azurerm_log_analytics_workspace.example.id
  }
}`,
  },
  examples: {
    passing: [example(TYPE, { securityProfile: { defender: { securityMonitoring: { enabled: true } } } })],
    failing: [example(TYPE, { securityProfile: {} })],
  },
});
