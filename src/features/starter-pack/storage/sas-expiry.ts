import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Storage/storageAccounts';

export const storageSasExpiry = defineStarter({
  name: 'storage-sas-expiry-policy',
  displayName: 'Storage accounts should have a shared access signature expiration policy',
  description:
    'A SAS token that never ends is a password that cannot be changed. An expiration policy recommends an upper limit and logs or blocks what exceeds it.',
  category: 'Storage',
  severity: 'low',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/allowSharedKeyAccess`, notEquals: false },
    { field: `${TYPE}/sasPolicy.sasExpirationPeriod`, exists: false },
  ),
  frameworks: {
    nist80053: ['AC-3'],
    iso27001: ['A.5.17'],
  },
  builtInId: 'bc1b984e-ddae-40cc-801a-050a030e4fbe',
  remediation: {
    text: 'Set an expiration period for SAS tokens, seven days or less.',
    az: 'az storage account update --name <name> --resource-group <group> --sas-exp 7.00:00:00',
    bicep: `properties: {
  sasPolicy: {
    sasExpirationPeriod: '7.00:00:00'
    expirationAction: 'Log'
  }
}`,
    terraform: `resource "azurerm_storage_account" "example" {
  sas_policy {
    expiration_period = "07.00:00:00"
    expiration_action = "Log"
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, { sasPolicy: { sasExpirationPeriod: '7.00:00:00', expirationAction: 'Log' } }),
      example(TYPE, { allowSharedKeyAccess: false }),
    ],
    failing: [example(TYPE, { allowSharedKeyAccess: true })],
  },
});
