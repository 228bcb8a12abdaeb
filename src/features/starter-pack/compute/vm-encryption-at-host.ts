import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/virtualMachines';

export const vmEncryptionAtHost = defineStarter({
  name: 'vm-encryption-at-host',
  displayName: 'Virtual machines should have encryption at host enabled',
  description:
    'Encryption at host covers what disk encryption leaves out: temporary disks, caches, and data on its way to the storage cluster.',
  category: 'Compute',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/securityProfile.encryptionAtHost`, notEquals: true }),
  frameworks: {
    nist80053: ['SC-28', 'SC-28(1)'],
    iso27001: ['A.8.24'],
    mcsb: ['DP-4'],
  },
  builtInId: 'fc4d8e41-e223-45ea-9bf5-eada37891d87',
  remediation: {
    text: 'Register the feature for the subscription, deallocate the machine, turn encryption at host on, and start it.',
    az: 'az vm update --name <name> --resource-group <group> --set securityProfile.encryptionAtHost=true',
    bicep: `properties: {
  securityProfile: {
    encryptionAtHost: true
  }
}`,
    terraform: `resource "azurerm_linux_virtual_machine" "example" {
  encryption_at_host_enabled = true
}`,
  },
  examples: {
    passing: [example(TYPE, { securityProfile: { encryptionAtHost: true } })],
    failing: [example(TYPE, { securityProfile: { encryptionAtHost: false } }), example(TYPE, {})],
  },
});
