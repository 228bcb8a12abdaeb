import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Storage/storageAccounts';

export const storageNetworkDefaultDeny = defineStarter({
  name: 'storage-network-default-deny',
  displayName: 'Storage accounts should restrict network access',
  description:
    'An account that is reachable from every network is protected by its keys alone. Deny by default and allow the networks that need it.',
  category: 'Storage',
  severity: 'high',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/publicNetworkAccess`, notIn: ['Disabled', 'SecuredByPerimeter'] },
    { field: `${TYPE}/networkAcls.defaultAction`, notEquals: 'Deny' },
  ),
  frameworks: {
    cisAzure: ['3.8'],
    nist80053: ['AC-4', 'AC-17', 'AC-17(1)', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    pciDss: ['1.3.2', '1.4.2'],
    mcsb: ['NS-2'],
  },
  builtInId: '34c877ad-507e-4c82-993e-3452a6e0ad3c',
  remediation: {
    text: 'Set the default network action to Deny, then add rules for the virtual networks and addresses that need the account, or use private endpoints.',
    az: 'az storage account update --name <name> --resource-group <group> --default-action Deny --bypass AzureServices',
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
      example(TYPE, { networkAcls: { defaultAction: 'Deny', bypass: 'AzureServices' } }),
      example(TYPE, { publicNetworkAccess: 'Disabled', networkAcls: { defaultAction: 'Allow' } }),
    ],
    failing: [
      example(TYPE, { publicNetworkAccess: 'Enabled', networkAcls: { defaultAction: 'Allow' } }),
      example(TYPE, {}),
    ],
  },
});
