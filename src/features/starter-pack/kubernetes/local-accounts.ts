import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.ContainerService/managedClusters';

export const aksLocalAccounts = defineStarter({
  name: 'aks-local-accounts',
  displayName: 'Kubernetes clusters should have local accounts disabled',
  description:
    'The local admin account is one certificate that names nobody and bypasses Microsoft Entra ID.',
  category: 'Kubernetes',
  severity: 'high',
  when: resourcesOf(TYPE, { field: `${TYPE}/disableLocalAccounts`, notEquals: true }),
  frameworks: {
    nist80053: ['AC-2', 'IA-2'],
    iso27001: ['A.5.16', 'A.8.5'],
    pciDss: ['8.2.2'],
    mcsb: ['IM-1'],
  },
  builtInId: '993c2fcd-2b29-49d2-9eb0-df2c3a730c32',
  remediation: {
    text: 'Integrate the cluster with Microsoft Entra ID, then disable local accounts and rotate the certificates.',
    az: 'az aks update --name <name> --resource-group <group> --disable-local-accounts',
    bicep: `properties: {
  disableLocalAccounts: true
}`,
    terraform: `resource "azurerm_kubernetes_cluster" "example" {
  local_account_disabled = true
}`,
  },
  examples: {
    passing: [example(TYPE, { disableLocalAccounts: true })],
    failing: [example(TYPE, { disableLocalAccounts: false }), example(TYPE, {})],
  },
});
