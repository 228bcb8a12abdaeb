import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.ContainerRegistry/registries';

export const containerRegistryAnonymousPull = defineStarter({
  name: 'container-registry-anonymous-pull',
  displayName: 'Container registries should not allow anonymous pull',
  description: 'Anyone on the internet may read every image, with the secrets that were built into it.',
  category: 'Container Registry',
  severity: 'critical',
  when: resourcesOf(TYPE, { field: `${TYPE}/anonymousPullEnabled`, equals: true }),
  frameworks: {
    nist80053: ['AC-3', 'IA-2'],
    iso27001: ['A.5.15', 'A.8.3'],
    pciDss: ['7.2.1'],
    mcsb: ['IM-1'],
  },
  builtInId: '9f2dea28-e834-476c-99c5-3507b4728395',
  remediation: {
    text: 'Turn anonymous pull off and give readers the role AcrPull.',
    az: 'az acr update --name <name> --anonymous-pull-enabled false',
    bicep: `properties: {
  anonymousPullEnabled: false
}`,
    terraform: `resource "azurerm_container_registry" "example" {
  anonymous_pull_enabled = false
}`,
  },
  examples: {
    passing: [example(TYPE, { anonymousPullEnabled: false })],
    failing: [example(TYPE, { anonymousPullEnabled: true })],
  },
});
