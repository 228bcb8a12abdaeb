import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Web/serverfarms';

export const appServicePlanEmpty = defineStarter({
  name: 'app-service-plan-empty',
  displayName: 'App Service plans should run something',
  description: 'A plan of a dedicated tier is paid for by the hour whether or not an app runs on it.',
  category: 'Cost',
  severity: 'low',
  when: resourcesOf(
    TYPE,
    { field: 'Microsoft.Web/serverFarms/numberOfSites', equals: 0 },
    { field: 'Microsoft.Web/serverFarms/sku.tier', notIn: ['Free', 'Shared', 'Dynamic'] },
  ),
  frameworks: {
    iso27001: ['A.5.9'],
  },
  remediation: {
    text: 'Delete the plan, or move apps of other plans onto it.',
    az: 'az appservice plan delete --name <name> --resource-group <group>',
    bicep: `// remove the resource from the template, or use it:
resource app 'Microsoft.Web/sites@2023-12-01' = {
  name: appName
  location: location
  properties: { serverFarmId: plan.id }
}`,
    terraform: `resource "azurerm_linux_web_app" "example" {
  service_plan_id = azurerm_service_plan.example.id
}`,
  },
  examples: {
    passing: [
      example(TYPE, { numberOfSites: 2 }, { sku: { name: 'P1v3', tier: 'PremiumV3' } }),
      example(TYPE, { numberOfSites: 0 }, { sku: { name: 'Y1', tier: 'Dynamic' } }),
    ],
    failing: [example(TYPE, { numberOfSites: 0 }, { sku: { name: 'S1', tier: 'Standard' } })],
  },
});
