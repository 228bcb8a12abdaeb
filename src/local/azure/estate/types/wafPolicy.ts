import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { ref } from '../parts.ts';

export const wafPolicy: ResourceType = {
  type: 'Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2022-11-01'],
  prefix: 'waf',
  build: buildPolicy,
};

function buildPolicy(slot: Slot, context: BuildContext): Body {
  const gateway = ref(slot.one.gateway);
  return {
    properties: {
      provisioningState: 'Succeeded',
      resourceState: 'Enabled',
      policySettings: {
        requestBodyCheck: true,
        maxRequestBodySizeInKb: 128,
        fileUploadLimitInMb: 100,
        state: context.lax(0.08) ? 'Disabled' : 'Enabled',
        mode: context.lax(0.35) ? 'Detection' : 'Prevention',
      },
      customRules: [],
      managedRules: {
        managedRuleSets: [
          {
            ruleSetType: 'OWASP',
            ruleSetVersion: context.random.pick(['3.2', '3.1', '3.0']),
            ruleGroupOverrides: [],
          },
        ],
        exclusions: [],
      },
      applicationGateways: gateway === undefined ? [] : [gateway],
    },
  };
}
