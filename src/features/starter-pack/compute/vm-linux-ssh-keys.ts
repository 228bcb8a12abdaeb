import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/virtualMachines';

export const vmLinuxSshKeys = defineStarter({
  name: 'vm-linux-ssh-keys',
  displayName: 'Linux virtual machines should not accept passwords over SSH',
  description: 'Passwords are guessed by machines around the clock; SSH keys are not.',
  category: 'Compute',
  severity: 'high',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/osProfile.linuxConfiguration`, exists: true },
    { field: `${TYPE}/osProfile.linuxConfiguration.disablePasswordAuthentication`, notEquals: true },
  ),
  frameworks: {
    nist80053: ['AC-17', 'IA-5'],
    iso27001: ['A.8.5'],
    pciDss: ['8.3.1'],
    mcsb: ['IM-6'],
  },
  remediation: {
    text: 'Add SSH keys, set "PasswordAuthentication no" in sshd, and recreate the machine with password authentication off: the property itself cannot be changed.',
    az: 'az vm create --name <name> --resource-group <group> --image Ubuntu2204 --authentication-type ssh --ssh-key-values ~/.ssh/id_rsa.pub',
    bicep: `properties: {
  osProfile: {
    linuxConfiguration: {
      disablePasswordAuthentication: true
    }
  }
}`,
    terraform: `resource "azurerm_linux_virtual_machine" "example" {
  disable_password_authentication = true
}`,
  },
  examples: {
    passing: [
      example(TYPE, { osProfile: { linuxConfiguration: { disablePasswordAuthentication: true } } }),
      example(TYPE, { osProfile: { windowsConfiguration: {} } }),
    ],
    failing: [example(TYPE, { osProfile: { linuxConfiguration: { disablePasswordAuthentication: false } } })],
  },
});
