import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Network/applicationGatewayWebApplicationFirewallPolicies';

export const wafPreventionMode = defineStarter({
  name: 'waf-prevention-mode',
  displayName: 'Web application firewall policies should prevent, not only detect',
  description: 'In detection mode the firewall writes attacks down and lets them through.',
  category: 'Network',
  severity: 'high',
  when: resourcesOf(TYPE, { field: `${TYPE}/policySettings.mode`, notEquals: 'Prevention' }),
  frameworks: {
    nist80053: ['SC-5', 'SC-7'],
    iso27001: ['A.8.26'],
    pciDss: ['6.4.1', '6.4.2'],
    mcsb: ['NS-6'],
  },
  builtInId: '12430be1-6cc8-4527-a9a8-e3d38f250096',
  remediation: {
    text: 'Tune away false alarms in the log, then switch to prevention.',
    az: 'az network application-gateway waf-policy policy-setting update --policy-name <name> --resource-group <group> --mode Prevention',
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
    passing: [example(TYPE, { policySettings: { state: 'Enabled', mode: 'Prevention' } })],
    failing: [example(TYPE, { policySettings: { state: 'Enabled', mode: 'Detection' } })],
  },
});
