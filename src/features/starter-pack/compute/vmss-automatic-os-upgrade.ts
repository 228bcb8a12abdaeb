import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/virtualMachineScaleSets';

export const vmssAutomaticOsUpgrade = defineStarter({
  name: 'vmss-automatic-os-upgrade',
  displayName: 'Scale sets should upgrade their operating system image automatically',
  description:
    'Without automatic image upgrades every instance keeps the image it was created with, holes included.',
  category: 'Compute',
  severity: 'medium',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/orchestrationMode`, notEquals: 'Flexible' },
    { field: `${TYPE}/upgradePolicy.automaticOSUpgradePolicy.enableAutomaticOSUpgrade`, notEquals: true },
  ),
  frameworks: {
    nist80053: ['SI-2'],
    iso27001: ['A.8.8'],
    pciDss: ['6.3.3'],
    mcsb: ['PV-6'],
  },
  builtInId: '465f0161-0087-490a-9ad9-ad6217f4f43a',
  remediation: {
    text: 'Give the scale set a health probe or the application health extension, then turn automatic OS upgrades on.',
    az: 'az vmss update --name <name> --resource-group <group> --set upgradePolicy.automaticOSUpgradePolicy.enableAutomaticOSUpgrade=true',
    bicep: `properties: {
  upgradePolicy: {
    mode: 'Rolling'
    automaticOSUpgradePolicy: { enableAutomaticOSUpgrade: true }
  }
}`,
    terraform: `resource "azurerm_linux_virtual_machine_scale_set" "example" {
  upgrade_mode = "Rolling"

  automatic_os_upgrade_policy {
    enable_automatic_os_upgrade = true
    disable_automatic_rollback  = false
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, {
        orchestrationMode: 'Uniform',
        upgradePolicy: { automaticOSUpgradePolicy: { enableAutomaticOSUpgrade: true } },
      }),
    ],
    failing: [example(TYPE, { orchestrationMode: 'Uniform', upgradePolicy: { mode: 'Manual' } })],
  },
});
