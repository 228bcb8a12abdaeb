import { defineStarter } from '../definition.ts';
import { example } from '../example.ts';

export const tagEnvironmentValue = defineStarter({
  name: 'tag-environment-value',
  displayName: 'The tag environment should have an agreed value',
  description: 'prod, Production and prd are three environments to every report and rule.',
  category: 'Tags',
  severity: 'low',
  when: {
    allOf: [
      { field: 'tags.environment', exists: true },
      { field: 'tags.environment', notIn: "[parameters('values')]" },
    ],
  },
  parameters: {
    values: {
      type: 'Array',
      metadata: { displayName: 'Values', description: 'The values that are agreed, in any casing' },
      defaultValue: ['prod', 'staging', 'test', 'dev', 'shared'],
    },
  },
  frameworks: {
    iso27001: ['A.5.9'],
    nist80053: ['CM-8'],
    mcsb: ['AM-1'],
  },
  remediation: {
    text: 'Correct the value; a modify policy can do it for all resources at once.',
    az: 'az tag update --resource-id <resource-id> --operation Merge --tags environment=prod',
    bicep: `tags: {
  environment: 'prod'
}`,
    terraform: `resource "azurerm_storage_account" "example" {
  tags = {
    environment = "prod"
  }
}`,
  },
  examples: {
    passing: [
      example('Microsoft.Storage/storageAccounts', {}, { tags: { environment: 'prod' } }),
      example('Microsoft.Storage/storageAccounts', {}),
    ],
    failing: [example('Microsoft.Storage/storageAccounts', {}, { tags: { environment: 'Production' } })],
  },
});
