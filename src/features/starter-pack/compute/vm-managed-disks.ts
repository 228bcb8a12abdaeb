import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/virtualMachines';

export const vmManagedDisks = defineStarter({
  name: 'vm-managed-disks',
  displayName: 'Virtual machines should use managed disks',
  description:
    'Disks kept as blobs in a storage account share its limits, keys and access rules, and Azure retires them.',
  category: 'Compute',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/storageProfile.osDisk.vhd.uri`, exists: true }),
  frameworks: {
    cisAzure: ['7.2'],
    nist80053: ['SC-28'],
    iso27001: ['A.8.9'],
    mcsb: ['DP-4'],
  },
  builtInId: '06a78e20-9358-41c9-923c-fb736d382a4d',
  remediation: {
    text: 'Stop the machine and convert its disks; the step cannot be undone.',
    az: 'az vm convert --name <name> --resource-group <group>',
    bicep: `properties: {
  storageProfile: {
    osDisk: {
      createOption: 'FromImage'
      managedDisk: { storageAccountType: 'Premium_LRS' }
    }
  }
}`,
    terraform: `resource "azurerm_linux_virtual_machine" "example" {
  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Premium_LRS"
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, { storageProfile: { osDisk: { managedDisk: { storageAccountType: 'Premium_LRS' } } } }),
    ],
    failing: [
      example(TYPE, {
        storageProfile: { osDisk: { vhd: { uri: 'https://example.blob.core.windows.net/vhds/os.vhd' } } },
      }),
    ],
  },
});
