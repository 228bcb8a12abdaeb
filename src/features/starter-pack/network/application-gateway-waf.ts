import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Network/applicationGateways';

export const applicationGatewayWaf = defineStarter({
  name: 'application-gateway-waf',
  displayName: 'Application gateways should have a web application firewall',
  description: 'Without one, SQL injection and other common attacks reach the application unfiltered.',
  category: 'Network',
  severity: 'high',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/firewallPolicy.id`, exists: false },
    { field: `${TYPE}/webApplicationFirewallConfiguration.enabled`, notEquals: true },
  ),
  frameworks: {
    nist80053: ['SC-5', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.26'],
    pciDss: ['6.4.1'],
    mcsb: ['NS-6'],
  },
  builtInId: '564feb30-bf6a-4854-b4bb-0d2d2d1e6c66',
  remediation: {
    text: 'Choose the WAF_v2 tier and attach a firewall policy.',
    az: 'az network application-gateway update --name <name> --resource-group <group> --sku WAF_v2 --set firewallPolicy.id=<policy-id>',
    bicep: `properties: {
  sku: { name: 'WAF_v2', tier: 'WAF_v2' }
  firewallPolicy: { id: policy.id }
}`,
    terraform: `resource "azurerm_application_gateway" "example" {
  firewall_policy_id = azurerm_web_application_firewall_policy.example.id

  sku {
    name = "WAF_v2"
    tier = "WAF_v2"
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, { firewallPolicy: { id: '/policy' } }),
      example(TYPE, { webApplicationFirewallConfiguration: { enabled: true } }),
    ],
    failing: [
      example(TYPE, { sku: { tier: 'Standard_v2' } }),
      example(TYPE, { webApplicationFirewallConfiguration: { enabled: false } }),
    ],
  },
});
