import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.CognitiveServices/accounts';

export const aiServicesLocalAuthentication = defineStarter({
  name: 'ai-services-local-authentication',
  displayName: 'AI services should not accept account keys',
  description: 'Account keys give full access, name nobody and never expire.',
  category: 'Identity',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/disableLocalAuth`, notEquals: true }),
  frameworks: {
    nist80053: ['AC-2', 'AC-2(1)', 'AC-2(7)', 'AC-3', 'IA-2', 'IA-4'],
    iso27001: ['A.5.16', 'A.8.5'],
    mcsb: ['IM-1'],
  },
  builtInId: '71ef260a-8f18-47b7-abcb-62d0673d94dc',
  remediation: {
    text: 'Give the callers the role Cognitive Services User, then disable local authentication.',
    az: 'az resource update --ids <account-id> --set properties.disableLocalAuth=true',
    bicep: `properties: {
  disableLocalAuth: true
}`,
    terraform: `resource "azurerm_cognitive_account" "example" {
  local_auth_enabled = false
}`,
  },
  examples: {
    passing: [example(TYPE, { disableLocalAuth: true })],
    failing: [example(TYPE, { disableLocalAuth: false }), example(TYPE, {})],
  },
});
