import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.ContainerService/managedClusters';

export const aksAzurePolicyAddOn = defineStarter({
  name: 'aks-azure-policy-add-on',
  displayName: 'Kubernetes clusters should have the Azure Policy add-on',
  description: 'Only with the add-on do pod security and the other in-cluster policies of Azure apply.',
  category: 'Kubernetes',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/addonProfiles.azurePolicy.enabled`, notEquals: true }),
  frameworks: {
    nist80053: ['CM-6'],
    iso27001: ['A.8.9'],
    mcsb: ['PV-2'],
  },
  builtInId: '0a15ec92-a229-4763-bb14-0ea34a568f8d',
  remediation: {
    text: 'Enable the add-on, then assign the policies for pods.',
    az: 'az aks enable-addons --name <name> --resource-group <group> --addons azure-policy',
    bicep: `properties: {
  addonProfiles: {
    azurepolicy: { enabled: true }
  }
}`,
    terraform: `resource "azurerm_kubernetes_cluster" "example" {
  azure_policy_enabled = true
}`,
  },
  examples: {
    passing: [example(TYPE, { addonProfiles: { azurepolicy: { enabled: true } } })],
    failing: [example(TYPE, { addonProfiles: { azurepolicy: { enabled: false } } }), example(TYPE, {})],
  },
});
