import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { ref, subnetId } from '../parts.ts';

export const applicationGateway: ResourceType = {
  type: 'Microsoft.Network/applicationGateways',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2022-11-01', '2021-08-01'],
  prefix: 'agw',
  zonal: true,
  build: buildGateway,
};

function buildGateway(slot: Slot, context: BuildContext): Body {
  const { id } = slot;
  const { random, lax } = context;
  const waf = slot.one.wafPolicy !== undefined;
  const frontend = { id: `${id}/frontendIPConfigurations/public` };
  const port = { id: `${id}/frontendPorts/port_443` };
  const pool = { id: `${id}/backendAddressPools/backend` };
  const settings = { id: `${id}/backendHttpSettingsCollection/https` };
  const listener = { id: `${id}/httpListeners/https` };
  return {
    zones: random.chance(0.5) ? ['1', '2', '3'] : undefined,
    identity: undefined,
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: random.uuid(),
      sku: {
        name: waf ? 'WAF_v2' : 'Standard_v2',
        tier: waf ? 'WAF_v2' : 'Standard_v2',
        family: 'Generation_1',
      },
      operationalState: 'Running',
      gatewayIPConfigurations: [
        {
          name: 'gateway',
          id: `${id}/gatewayIPConfigurations/gateway`,
          properties: {
            provisioningState: 'Succeeded',
            subnet: { id: subnetId(slot.one.network, slot.facts.subnet) },
          },
        },
      ],
      sslCertificates: [],
      sslPolicy: {
        policyType: 'Predefined',
        policyName: lax(0.25) ? 'AppGwSslPolicy20150501' : 'AppGwSslPolicy20220101',
      },
      frontendIPConfigurations: [
        {
          name: 'public',
          ...frontend,
          properties: {
            provisioningState: 'Succeeded',
            privateIPAllocationMethod: 'Dynamic',
            publicIPAddress: ref(slot.one.publicIp),
          },
        },
      ],
      frontendPorts: [
        { name: 'port_443', ...port, properties: { provisioningState: 'Succeeded', port: 443 } },
      ],
      backendAddressPools: [
        {
          name: 'backend',
          ...pool,
          properties: {
            provisioningState: 'Succeeded',
            backendAddresses: [{ fqdn: `${context.stamp.application}.internal.contoso.com` }],
          },
        },
      ],
      backendHttpSettingsCollection: [
        {
          name: 'https',
          ...settings,
          properties: {
            provisioningState: 'Succeeded',
            port: 443,
            protocol: 'Https',
            cookieBasedAffinity: 'Disabled',
            pickHostNameFromBackendAddress: true,
            requestTimeout: 30,
          },
        },
      ],
      httpListeners: [
        {
          name: 'https',
          ...listener,
          properties: {
            provisioningState: 'Succeeded',
            frontendIPConfiguration: frontend,
            frontendPort: port,
            protocol: lax(0.15) ? 'Http' : 'Https',
            hostNames: [],
            requireServerNameIndication: false,
          },
        },
      ],
      requestRoutingRules: [
        {
          name: 'default',
          id: `${id}/requestRoutingRules/default`,
          properties: {
            provisioningState: 'Succeeded',
            ruleType: 'Basic',
            priority: 100,
            httpListener: listener,
            backendAddressPool: pool,
            backendHttpSettings: settings,
          },
        },
      ],
      probes: [],
      enableHttp2: random.chance(0.6),
      firewallPolicy: ref(slot.one.wafPolicy),
      autoscaleConfiguration: { minCapacity: random.int(0, 2), maxCapacity: 10 },
    },
  };
}
