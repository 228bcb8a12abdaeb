import { defineStarter } from '../definition.ts';
import { example } from '../example.ts';

export const tagCostCenter = defineStarter({
  name: 'tag-cost-center',
  displayName: 'Resources should have the tag costCenter',
  description: 'Costs that belong to nobody are saved by nobody.',
  category: 'Tags',
  severity: 'low',
  when: { field: "[concat('tags[', parameters('tagName'), ']')]", exists: false },
  parameters: {
    tagName: {
      type: 'String',
      metadata: { displayName: 'Tag', description: 'The name of the tag' },
      defaultValue: 'costCenter',
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
    az: 'az tag update --resource-id <resource-id> --operation Merge --tags costCenter=<value>',
    bicep: `tags: {
  costCenter: costCenter
}`,
    terraform: `resource "azurerm_storage_account" "example" {
  tags = {
    costCenter = var.cost_center
  }
}`,
  },
  examples: {
    passing: [example('Microsoft.Storage/storageAccounts', {}, { tags: { costCenter: 'a' } })],
    failing: [
      example('Microsoft.Storage/storageAccounts', {}),
      example('Microsoft.Storage/storageAccounts', {}, { tags: { other: 'a' } }),
    ],
  },
});
