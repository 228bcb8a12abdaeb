import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/virtualMachines';

/** Families that Azure has announced to retire in 2028 (A, D, Ds, G, Gs and their v2); `#` is a digit. */
const OLDER = ['Basic_A', 'Standard_A', 'Standard_D', 'Standard_DS', 'Standard_G', 'Standard_GS'].flatMap(
  (family) => [`${family}#`, `${family}##`, `${family}#_v2`, `${family}##_v2`],
);

export const vmCurrentGeneration = defineStarter({
  name: 'vm-current-generation',
  displayName: 'Virtual machines should run on current generations of sizes',
  description:
    'Older generations cost more for the same work than their successors, and Azure retires them in 2028.',
  category: 'Compute',
  severity: 'low',
  when: resourcesOf(TYPE, {
    anyOf: OLDER.map((pattern) => ({ field: `${TYPE}/hardwareProfile.vmSize`, matchInsensitively: pattern })),
  }),
  frameworks: {
    iso27001: ['A.8.6'],
  },
  remediation: {
    text: 'Resize the machine to the current generation of its family (for example Standard_D2s_v5 for Standard_DS2_v2); it restarts.',
    az: 'az vm resize --name <name> --resource-group <group> --size Standard_D2s_v5',
    bicep: `properties: {
  hardwareProfile: {
    vmSize: 'Standard_D2s_v5'
  }
}`,
    terraform: `resource "azurerm_linux_virtual_machine" "example" {
  size = "Standard_D2s_v5"
}`,
  },
  examples: {
    passing: [
      example(TYPE, { hardwareProfile: { vmSize: 'Standard_D2s_v5' } }),
      example(TYPE, { hardwareProfile: { vmSize: 'Standard_E4s_v5' } }),
    ],
    failing: [
      example(TYPE, { hardwareProfile: { vmSize: 'Standard_DS2_v2' } }),
      example(TYPE, { hardwareProfile: { vmSize: 'Basic_A1' } }),
    ],
  },
});
