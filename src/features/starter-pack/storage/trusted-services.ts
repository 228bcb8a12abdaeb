import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Storage/storageAccounts';

export const storageTrustedServices = defineStarter({
  name: 'storage-trusted-services',
  displayName: 'Storage accounts should let trusted Azure services through their firewall',
  description:
    'Backup, logging and other Azure services reach a closed account only where its firewall lets trusted services through; without it they fail silently.',
  category: 'Storage',
  severity: 'low',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/networkAcls.defaultAction`, equals: 'Deny' },
    { field: `${TYPE}/networkAcls.bypass`, notContains: 'AzureServices' },
  ),
  frameworks: {
    cisAzure: ['3.9'],
    nist80053: ['AC-4', 'SC-7'],
    iso27001: ['A.8.20'],
  },
  builtInId: 'c9d007d0-c057-4772-b18c-01e546713bcd',
  remediation: {
    text: 'Add AzureServices to the bypass list of the firewall.',
    az: 'az storage account update --name <name> --resource-group <group> --bypass AzureServices',
    bicep: `properties: {
  networkAcls: {
    defaultAction: 'Deny'
    bypass: 'AzureServices'
  }
}`,
    terraform: `resource "azurerm_storage_account" "example" {
  network_rules {
    default_action = "Deny"
    bypass         = ["AzureServices"]
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, { networkAcls: { defaultAction: 'Deny', bypass: 'Logging, AzureServices' } }),
      example(TYPE, { networkAcls: { defaultAction: 'Allow', bypass: 'None' } }),
    ],
    failing: [example(TYPE, { networkAcls: { defaultAction: 'Deny', bypass: 'None' } })],
  },
});
