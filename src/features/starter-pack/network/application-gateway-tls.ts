import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Network/applicationGateways';

export const applicationGatewayTls = defineStarter({
  name: 'application-gateway-tls',
  displayName: 'Application gateways should accept TLS 1.2 or later only',
  description:
    'The predefined policies of 2015 and 2017 without a minimum of 1.2 still accept TLS 1.0 and 1.1.',
  category: 'Network',
  severity: 'high',
  when: resourcesOf(TYPE, {
    anyOf: [
      { field: `${TYPE}/sslPolicy.policyName`, in: ['AppGwSslPolicy20150501', 'AppGwSslPolicy20170401'] },
      { field: `${TYPE}/sslPolicy.minProtocolVersion`, in: ['TLSv1_0', 'TLSv1_1'] },
    ],
  }),
  frameworks: {
    nist80053: ['SC-8', 'SC-8(1)'],
    iso27001: ['A.8.20', 'A.8.24'],
    pciDss: ['4.2.1'],
    mcsb: ['DP-3', 'NS-8'],
  },
  remediation: {
    text: 'Choose the predefined policy of 2022.',
    az: 'az network application-gateway ssl-policy set --gateway-name <name> --resource-group <group> --policy-type Predefined --name AppGwSslPolicy20220101',
    bicep: `properties: {
  sslPolicy: {
    policyType: 'Predefined'
    policyName: 'AppGwSslPolicy20220101'
  }
}`,
    terraform: `resource "azurerm_application_gateway" "example" {
  ssl_policy {
    policy_type = "Predefined"
    policy_name = "AppGwSslPolicy20220101"
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, { sslPolicy: { policyType: 'Predefined', policyName: 'AppGwSslPolicy20220101' } }),
    ],
    failing: [
      example(TYPE, { sslPolicy: { policyType: 'Predefined', policyName: 'AppGwSslPolicy20150501' } }),
      example(TYPE, { sslPolicy: { policyType: 'Custom', minProtocolVersion: 'TLSv1_0' } }),
    ],
  },
});
