import { defineStarter } from '../definition.ts';
import { example } from '../example.ts';

export const locationAllowed = defineStarter({
  name: 'location-allowed',
  displayName: 'Resources should be in allowed locations',
  description: 'Where data lies decides which law applies to it and how far it is from its users.',
  category: 'General',
  severity: 'medium',
  when: {
    allOf: [
      { field: 'location', notIn: "[parameters('locations')]" },
      { field: 'location', notEquals: 'global' },
    ],
  },
  parameters: {
    locations: {
      type: 'Array',
      metadata: { displayName: 'Locations', description: 'The regions that may be used' },
      defaultValue: [
        'westeurope',
        'northeurope',
        'germanywestcentral',
        'swedencentral',
        'francecentral',
        'uksouth',
        'eastus',
        'eastus2',
        'westus2',
        'westus3',
        'centralus',
      ],
    },
  },
  frameworks: {
    nist80053: ['SA-9(5)'],
    iso27001: ['A.5.31'],
    mcsb: ['AM-2'],
  },
  builtInId: 'e56962a6-4747-49cd-b67b-bf8b01975c4c',
  remediation: {
    text: 'Move the resource to an allowed region, or create it anew there.',
    az: 'az resource move --destination-group <group-in-allowed-region> --ids <resource-id>',
    bicep: "param location string = 'westeurope'",
    terraform: `variable "location" {
  default = "westeurope"
}`,
  },
  examples: {
    passing: [
      example('Microsoft.Storage/storageAccounts', {}, { location: 'West Europe' }),
      example('Microsoft.Network/privateDnsZones', {}, { location: 'global' }),
    ],
    failing: [example('Microsoft.Storage/storageAccounts', {}, { location: 'brazilsouth' })],
  },
});
