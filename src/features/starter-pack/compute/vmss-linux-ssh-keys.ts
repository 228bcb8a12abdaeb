import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/virtualMachineScaleSets';

export const vmssLinuxSshKeys = defineStarter({
  name: 'vmss-linux-ssh-keys',
  displayName: 'Linux scale sets should not accept passwords over SSH',
  description: 'Passwords are guessed by machines around the clock; SSH keys are not.',
  category: 'Compute',
  severity: 'high',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/virtualMachineProfile.osProfile.linuxConfiguration`, exists: true },
    {
      field: `${TYPE}/virtualMachineProfile.osProfile.linuxConfiguration.disablePasswordAuthentication`,
      notEquals: true,
    },
  ),
  frameworks: {
    nist80053: ['AC-17', 'IA-5'],
    iso27001: ['A.8.5'],
    pciDss: ['8.3.1'],
    mcsb: ['IM-6'],
  },
  remediation: {
    text: 'Create the scale set anew with SSH keys: the property cannot be changed.',
    az: 'az vmss create --name <name> --resource-group <group> --image Ubuntu2204 --authentication-type ssh --ssh-key-values ~/.ssh/id_rsa.pub',
    bicep: `properties: {
  virtualMachineProfile: {
    osProfile: {
      linuxConfiguration: { disablePasswordAuthentication: true }
    }
  }
}`,
    terraform: `resource "azurerm_linux_virtual_machine_scale_set" "example" {
  disable_password_authentication = true
}`,
  },
  examples: {
    passing: [
      example(TYPE, {
        virtualMachineProfile: { osProfile: { linuxConfiguration: { disablePasswordAuthentication: true } } },
      }),
    ],
    failing: [
      example(TYPE, {
        virtualMachineProfile: {
          osProfile: { linuxConfiguration: { disablePasswordAuthentication: false } },
        },
      }),
    ],
  },
});
