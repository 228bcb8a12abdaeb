import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.ContainerService/managedClusters';

export const aksAutomaticUpgrade = defineStarter({
  name: 'aks-automatic-upgrade',
  displayName: 'Kubernetes clusters should upgrade automatically',
  description:
    'A version is supported for about a year; clusters that nobody upgrades end up without security fixes.',
  category: 'Kubernetes',
  severity: 'medium',
  when: resourcesOf(TYPE, {
    field: `${TYPE}/autoUpgradeProfile.upgradeChannel`,
    notIn: ['patch', 'stable', 'rapid', 'node-image'],
  }),
  frameworks: {
    nist80053: ['SI-2'],
    iso27001: ['A.8.8'],
    pciDss: ['6.3.3'],
    mcsb: ['PV-6'],
  },
  remediation: {
    text: 'Choose the channel patch or stable, and a maintenance window.',
    az: 'az aks update --name <name> --resource-group <group> --auto-upgrade-channel stable',
    bicep: `properties: {
  autoUpgradeProfile: {
    upgradeChannel: 'stable'
  }
}`,
    terraform: `resource "azurerm_kubernetes_cluster" "example" {
  automatic_upgrade_channel = "stable"
}`,
  },
  examples: {
    passing: [example(TYPE, { autoUpgradeProfile: { upgradeChannel: 'patch' } })],
    failing: [example(TYPE, { autoUpgradeProfile: { upgradeChannel: 'none' } }), example(TYPE, {})],
  },
});
