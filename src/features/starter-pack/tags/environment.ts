import { defineStarter } from '../definition.ts';
import { example } from '../example.ts';

export const tagEnvironment = defineStarter({
  name: 'tag-environment',
  displayName: 'Resources should have the tag environment',
  description: 'Rules, alerts and savings differ by environment; they cannot where it is not told.',
  category: 'Tags',
  severity: 'low',
  when: { field: "[concat('tags[', parameters('tagName'), ']')]", exists: false },
  parameters: {
    tagName: {
      type: 'String',
      metadata: { displayName: 'Tag', description: 'The name of the tag' },
      defaultValue: 'environment',
    },
  },
  frameworks: {
    nist80053: ['CM-8'],
    iso27001: ['A.5.9'],
    mcsb: ['AM-1'],
  },
  builtInId: '871b6d14-10aa-478d-b590-94f262ecfa99',
  remediation: {
    text: 'Add the tag; the value of the resource group is a good default.',
    az: 'az tag update --resource-id <resource-id> --operation Merge --tags environment=<value>',
    bicep: `tags: {
  environment: environment
}`,
    terraform: `resource "azurerm_storage_account" "example" {
  tags = {
    environment = var.environment
  }
}`,
  },
  examples: {
    passing: [example('Microsoft.Storage/storageAccounts', {}, { tags: { environment: 'a' } })],
    failing: [
      example('Microsoft.Storage/storageAccounts', {}),
      example('Microsoft.Storage/storageAccounts', {}, { tags: { other: 'a' } }),
    ],
  },
});
