import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.ContainerRegistry/registries';

export const containerRegistryAdminAccount = defineStarter({
  name: 'container-registry-admin-account',
  displayName: 'Container registries should have the admin account disabled',
  description: 'The admin account is one password with full rights that is shared by all who use it.',
  category: 'Container Registry',
  severity: 'high',
  when: resourcesOf(TYPE, { field: `${TYPE}/adminUserEnabled`, equals: true }),
  frameworks: {
    nist80053: ['AC-2', 'IA-2'],
    iso27001: ['A.5.16', 'A.8.2'],
    pciDss: ['8.2.2'],
    mcsb: ['IM-1'],
  },
  builtInId: 'dc921057-6b28-4fbe-9b83-f7bec05db6c2',
  remediation: {
    text: 'Give pipelines and clusters the roles AcrPush and AcrPull, then disable the account.',
    az: 'az acr update --name <name> --admin-enabled false',
    bicep: `properties: {
  adminUserEnabled: false
}`,
    terraform: `resource "azurerm_container_registry" "example" {
  admin_enabled = false
}`,
  },
  examples: {
    passing: [example(TYPE, { adminUserEnabled: false })],
    failing: [example(TYPE, { adminUserEnabled: true })],
  },
});
