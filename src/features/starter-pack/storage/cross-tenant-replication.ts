import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Storage/storageAccounts';

export const storageCrossTenantReplication = defineStarter({
  name: 'storage-cross-tenant-replication',
  displayName: 'Storage accounts should prevent cross-tenant object replication',
  description:
    'With cross-tenant replication an operator can copy every new blob, silently and for good, into an account of another organization. An older account that says nothing allows it.',
  category: 'Storage',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/allowCrossTenantReplication`, notEquals: false }),
  frameworks: {
    nist80053: ['AC-4', 'SC-7'],
    iso27001: ['A.5.14', 'A.8.12'],
  },
  builtInId: '92a89a79-6c52-4a7e-a03f-61306fc49312',
  remediation: {
    text: 'Disallow cross-tenant replication; existing replication policies to other tenants must be removed first.',
    az: 'az storage account update --name <name> --resource-group <group> --allow-cross-tenant-replication false',
    bicep: `properties: {
  allowCrossTenantReplication: false
}`,
    terraform: `resource "azurerm_storage_account" "example" {
  cross_tenant_replication_enabled = false
}`,
  },
  examples: {
    passing: [example(TYPE, { allowCrossTenantReplication: false })],
    failing: [example(TYPE, { allowCrossTenantReplication: true }), example(TYPE, {})],
  },
});
