import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/virtualMachines';

export const vmWindowsAutomaticUpdates = defineStarter({
  name: 'vm-windows-automatic-updates',
  displayName: 'Windows virtual machines should install updates automatically',
  description:
    'A machine that neither updates itself nor is updated by the platform stays open to what is already fixed.',
  category: 'Compute',
  severity: 'medium',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/osProfile.windowsConfiguration.enableAutomaticUpdates`, equals: false },
    {
      field: `${TYPE}/osProfile.windowsConfiguration.patchSettings.patchMode`,
      notEquals: 'AutomaticByPlatform',
    },
  ),
  frameworks: {
    nist80053: ['SI-2'],
    iso27001: ['A.8.8'],
    pciDss: ['6.3.3'],
    mcsb: ['PV-6'],
  },
  remediation: {
    text: 'Let the platform patch the machine, or Windows itself.',
    az: 'az vm update --name <name> --resource-group <group> --set osProfile.windowsConfiguration.enableAutomaticUpdates=true osProfile.windowsConfiguration.patchSettings.patchMode=AutomaticByPlatform',
    bicep: `properties: {
  osProfile: {
    windowsConfiguration: {
      enableAutomaticUpdates: true
      patchSettings: { patchMode: 'AutomaticByPlatform' }
    }
  }
}`,
    terraform: `resource "azurerm_windows_virtual_machine" "example" {
  automatic_updates_enabled = true
  patch_mode                = "AutomaticByPlatform"
}`,
  },
  examples: {
    passing: [
      example(TYPE, {
        osProfile: {
          windowsConfiguration: {
            enableAutomaticUpdates: true,
            patchSettings: { patchMode: 'AutomaticByOS' },
          },
        },
      }),
      example(TYPE, { osProfile: { linuxConfiguration: {} } }),
    ],
    failing: [
      example(TYPE, {
        osProfile: {
          windowsConfiguration: { enableAutomaticUpdates: false, patchSettings: { patchMode: 'Manual' } },
        },
      }),
    ],
  },
});
