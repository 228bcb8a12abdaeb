import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/disks';

export const diskUnattached = defineStarter({
  name: 'disk-unattached',
  displayName: 'Managed disks should be attached',
  description: 'A disk that no machine uses is paid for like one in use, and nobody watches what is on it.',
  category: 'Cost',
  severity: 'low',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/diskState`, equals: 'Unattached' },
    { field: `${TYPE}/managedBy`, exists: false },
  ),
  frameworks: {
    iso27001: ['A.5.9'],
  },
  remediation: {
    text: 'Take a snapshot if the content may be needed, then delete the disk.',
    az: 'az disk delete --name <name> --resource-group <group>',
    bicep: `// remove the resource from the template, or attach it:
storageProfile: {
  dataDisks: [
    { lun: 0, createOption: 'Attach', managedDisk: { id: disk.id } }
  ]
}`,
    terraform: `resource "azurerm_virtual_machine_data_disk_attachment" "example" {
  managed_disk_id    = azurerm_managed_disk.example.id
  virtual_machine_id = azurerm_linux_virtual_machine.example.id
  lun                = 0
  caching            = "ReadOnly"
}`,
  },
  examples: {
    passing: [
      example(
        TYPE,
        { diskState: 'Attached' },
        { managedBy: '/subscriptions/1/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm' },
      ),
      example(TYPE, { diskState: 'Reserved' }),
    ],
    failing: [example(TYPE, { diskState: 'Unattached' })],
  },
});
