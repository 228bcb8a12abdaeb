import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/virtualMachines';

export const vmSecureBoot = defineStarter({
  name: 'vm-secure-boot',
  displayName: 'Secure boot should be enabled on virtual machines with trusted launch',
  description: 'Trusted launch without secure boot still loads unsigned boot loaders, kernels and drivers.',
  category: 'Compute',
  severity: 'medium',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/securityProfile.securityType`, equals: 'TrustedLaunch' },
    { field: `${TYPE}/securityProfile.uefiSettings.secureBootEnabled`, notEquals: true },
  ),
  frameworks: {
    nist80053: ['SI-7', 'SI-7(6)'],
    iso27001: ['A.8.9'],
    mcsb: ['PV-4'],
  },
  builtInId: '97566dd7-78ae-4997-8b36-1c7bfe0d8121',
  remediation: {
    text: 'Deallocate the machine, turn secure boot on, and start it; check first that all its drivers are signed.',
    az: 'az vm update --name <name> --resource-group <group> --enable-secure-boot true',
    bicep: `properties: {
  securityProfile: {
    securityType: 'TrustedLaunch'
    uefiSettings: {
      secureBootEnabled: true
      vTpmEnabled: true
    }
  }
}`,
    terraform: `resource "azurerm_linux_virtual_machine" "example" {
  secure_boot_enabled = true
}`,
  },
  examples: {
    passing: [
      example(TYPE, {
        securityProfile: { securityType: 'TrustedLaunch', uefiSettings: { secureBootEnabled: true } },
      }),
      example(TYPE, {}),
    ],
    failing: [
      example(TYPE, {
        securityProfile: {
          securityType: 'TrustedLaunch',
          uefiSettings: { secureBootEnabled: false, vTpmEnabled: true },
        },
      }),
    ],
  },
});
