import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Network/applicationGatewayWebApplicationFirewallPolicies';

export const wafPolicyEnabled = defineStarter({
  name: 'waf-policy-enabled',
  displayName: 'Web application firewall policies should be enabled',
  description: 'A disabled policy looks like protection and is none.',
  category: 'Network',
  severity: 'high',
  when: resourcesOf(TYPE, { field: `${TYPE}/policySettings.state`, equals: 'Disabled' }),
  frameworks: {
    nist80053: ['SC-5', 'SC-7'],
    iso27001: ['A.8.26'],
    pciDss: ['6.4.1'],
    mcsb: ['NS-6'],
  },
  remediation: {
    text: 'Enable the policy, in prevention mode once false alarms are tuned away.',
    az: 'az network application-gateway waf-policy policy-setting update --policy-name <name> --resource-group <group> --state Enabled',
    bicep: `properties: {
  policySettings: {
    state: 'Enabled'
    mode: 'Prevention'
  }
}`,
    terraform: `resource "azurerm_web_application_firewall_policy" "example" {
  policy_settings {
    enabled = true
    mode    = "Prevention"
  }
}`,
  },
  examples: {
    passing: [example(TYPE, { policySettings: { state: 'Enabled', mode: 'Detection' } })],
    failing: [example(TYPE, { policySettings: { state: 'Disabled', mode: 'Prevention' } })],
  },
});
