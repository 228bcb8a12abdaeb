import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Automation/automationAccounts';

export const automationLocalAuthentication = defineStarter({
  name: 'automation-local-authentication',
  displayName: 'Automation accounts should not accept keys',
  description:
    'Registration keys and webhooks start runbooks with the rights of the account, for whoever holds them.',
  category: 'Identity',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/disableLocalAuth`, notEquals: true }),
  frameworks: {
    nist80053: ['AC-2', 'IA-2'],
    iso27001: ['A.5.16', 'A.8.5'],
    mcsb: ['IM-1'],
  },
  builtInId: '48c5f1cb-14ad-4797-8e3b-f78ab3f8d700',
  remediation: {
    text: 'Start runbooks with Microsoft Entra identities, then disable local authentication.',
    az: 'az resource update --ids <account-id> --set properties.disableLocalAuth=true',
    bicep: `properties: {
  disableLocalAuth: true
}`,
    terraform: `resource "azurerm_automation_account" "example" {
  local_authentication_enabled = false
}`,
  },
  examples: {
    passing: [example(TYPE, { disableLocalAuth: true })],
    failing: [example(TYPE, { disableLocalAuth: false }), example(TYPE, {})],
  },
});
