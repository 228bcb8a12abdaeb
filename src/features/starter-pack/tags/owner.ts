import { defineStarter } from '../definition.ts';
import { example } from '../example.ts';

export const tagOwner = defineStarter({
  name: 'tag-owner',
  displayName: 'Resources should have the tag owner',
  description: 'Nobody can be asked about a resource without an owner.',
  category: 'Tags',
  severity: 'medium',
  when: { field: "[concat('tags[', parameters('tagName'), ']')]", exists: false },
  parameters: {
    tagName: {
      type: 'String',
      metadata: { displayName: 'Tag', description: 'The name of the tag' },
      defaultValue: 'owner',
    },
  },
  frameworks: {
    nist80053: ['CM-8'],
    iso27001: ['A.5.9'],
    pciDss: ['12.5.1'],
    mcsb: ['AM-1'],
  },
  builtInId: '871b6d14-10aa-478d-b590-94f262ecfa99',
  remediation: {
    text: 'Add the tag; the value of the resource group is a good default.',
    az: 'az tag update --resource-id <resource-id> --operation Merge --tags owner=<value>',
    bicep: `tags: {
  owner: owner
}`,
    terraform: `resource "azurerm_storage_account" "example" {
  tags = {
    owner = var.owner
  }
}`,
  },
  examples: {
    passing: [example('Microsoft.Storage/storageAccounts', {}, { tags: { owner: 'a' } })],
    failing: [
      example('Microsoft.Storage/storageAccounts', {}),
      example('Microsoft.Storage/storageAccounts', {}, { tags: { other: 'a' } }),
    ],
  },
});
