import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/virtualMachines';

export const vmBootDiagnostics = defineStarter({
  name: 'vm-boot-diagnostics',
  displayName: 'Virtual machines should have boot diagnostics',
  description: 'Without the serial log and a screenshot, a machine that does not boot cannot be diagnosed.',
  category: 'Compute',
  severity: 'low',
  when: resourcesOf(TYPE, { field: `${TYPE}/diagnosticsProfile.bootDiagnostics.enabled`, notEquals: true }),
  frameworks: {
    nist80053: ['AU-6(4)', 'AU-12'],
    iso27001: ['A.8.15'],
  },
  builtInId: 'fb97d6e1-5c98-4743-a439-23e0977bad9e',
  remediation: {
    text: 'Turn boot diagnostics on, with managed storage.',
    az: 'az vm boot-diagnostics enable --name <name> --resource-group <group>',
    bicep: `properties: {
  diagnosticsProfile: {
    bootDiagnostics: { enabled: true }
  }
}`,
    terraform: `resource "azurerm_linux_virtual_machine" "example" {
  boot_diagnostics {}
}`,
  },
  examples: {
    passing: [example(TYPE, { diagnosticsProfile: { bootDiagnostics: { enabled: true } } })],
    failing: [
      example(TYPE, { diagnosticsProfile: { bootDiagnostics: { enabled: false } } }),
      example(TYPE, {}),
    ],
  },
});
