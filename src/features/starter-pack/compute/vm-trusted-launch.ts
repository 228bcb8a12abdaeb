import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/virtualMachines';

export const vmTrustedLaunch = defineStarter({
  name: 'vm-trusted-launch',
  displayName: 'Virtual machines should use trusted launch',
  description:
    'Secure boot and a virtual TPM keep boot kits and changed drivers from loading before the operating system.',
  category: 'Compute',
  severity: 'medium',
  when: resourcesOf(TYPE, {
    field: `${TYPE}/securityProfile.securityType`,
    notIn: ['TrustedLaunch', 'ConfidentialVM'],
  }),
  frameworks: {
    nist80053: ['SI-7', 'SI-7(6)'],
    iso27001: ['A.8.9'],
    mcsb: ['PV-4'],
  },
  builtInId: 'c95b54ad-0614-4633-ab29-104b01235cbf',
  remediation: {
    text: 'Upgrade the machine (generation 2 images only): deallocate it, set the security type, start it.',
    az: 'az vm update --name <name> --resource-group <group> --security-type TrustedLaunch --enable-secure-boot true --enable-vtpm true',
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
  vtpm_enabled        = true
}`,
  },
  examples: {
    passing: [
      example(TYPE, { securityProfile: { securityType: 'TrustedLaunch' } }),
      example(TYPE, { securityProfile: { securityType: 'ConfidentialVM' } }),
    ],
    failing: [example(TYPE, {})],
  },
});
