import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Network/networkInterfaces';

export const networkInterfaceOrphaned = defineStarter({
  name: 'network-interface-orphaned',
  displayName: 'Network interfaces should belong to something',
  description:
    'An interface without machine, private endpoint or private link service is what a deleted machine left behind; it keeps its addresses and its rules.',
  category: 'Cost',
  severity: 'low',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/virtualMachine.id`, exists: false },
    { field: `${TYPE}/privateEndpoint`, exists: false },
    { field: `${TYPE}/privateLinkService`, exists: false },
  ),
  frameworks: {
    iso27001: ['A.5.9'],
  },
  remediation: {
    text: 'Delete the interface; its addresses become free.',
    az: 'az network nic delete --name <name> --resource-group <group>',
    bicep: `// remove the resource from the template, or attach it:
networkProfile: {
  networkInterfaces: [{ id: nic.id }]
}`,
    terraform: `resource "azurerm_linux_virtual_machine" "example" {
  network_interface_ids = [azurerm_network_interface.example.id]
}`,
  },
  examples: {
    passing: [
      example(TYPE, {
        virtualMachine: {
          id: '/subscriptions/1/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm',
        },
      }),
      example(TYPE, {
        privateEndpoint: {
          id: '/subscriptions/1/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/pe',
        },
      }),
    ],
    failing: [example(TYPE, { enableIPForwarding: false })],
  },
});
