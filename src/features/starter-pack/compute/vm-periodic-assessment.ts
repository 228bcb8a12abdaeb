import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/virtualMachines';

export const vmPeriodicAssessment = defineStarter({
  name: 'vm-periodic-assessment',
  displayName: 'Virtual machines should check for missing updates periodically',
  description:
    'With periodic assessment Azure looks for missing updates once a day, so that nobody has to ask each machine.',
  category: 'Compute',
  severity: 'medium',
  when: resourcesOf(
    TYPE,
    {
      anyOf: [
        { field: `${TYPE}/osProfile.linuxConfiguration`, exists: true },
        { field: `${TYPE}/osProfile.windowsConfiguration.provisionVMAgent`, exists: true },
      ],
    },
    {
      field: `${TYPE}/osProfile.linuxConfiguration.patchSettings.assessmentMode`,
      notEquals: 'AutomaticByPlatform',
    },
    {
      field: `${TYPE}/osProfile.windowsConfiguration.patchSettings.assessmentMode`,
      notEquals: 'AutomaticByPlatform',
    },
  ),
  frameworks: {
    cisAzure: ['2.1.13'],
    nist80053: ['SI-2'],
    iso27001: ['A.8.8'],
    pciDss: ['6.3.3'],
    mcsb: ['PV-6'],
  },
  builtInId: 'bd876905-5b84-4f73-ab2d-2e7a7c4568d9',
  remediation: {
    text: 'Set the assessment mode to AutomaticByPlatform.',
    az: 'az vm update --name <name> --resource-group <group> --set osProfile.linuxConfiguration.patchSettings.assessmentMode=AutomaticByPlatform',
    bicep: `properties: {
  osProfile: {
    linuxConfiguration: {
      patchSettings: { assessmentMode: 'AutomaticByPlatform' }
    }
  }
}`,
    terraform: `resource "azurerm_linux_virtual_machine" "example" {
  patch_assessment_mode = "AutomaticByPlatform"
}`,
  },
  examples: {
    passing: [
      example(TYPE, {
        osProfile: { linuxConfiguration: { patchSettings: { assessmentMode: 'AutomaticByPlatform' } } },
      }),
      example(TYPE, {
        osProfile: {
          windowsConfiguration: {
            provisionVMAgent: true,
            patchSettings: { assessmentMode: 'AutomaticByPlatform' },
          },
        },
      }),
    ],
    failing: [
      example(TYPE, {
        osProfile: { linuxConfiguration: { patchSettings: { assessmentMode: 'ImageDefault' } } },
      }),
      example(TYPE, { osProfile: { windowsConfiguration: { provisionVMAgent: true } } }),
    ],
  },
});
