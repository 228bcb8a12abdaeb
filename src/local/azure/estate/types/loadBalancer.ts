import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { ref } from '../parts.ts';

export const loadBalancer: ResourceType = {
  type: 'Microsoft.Network/loadBalancers',
  apiVersions: ['2024-05-01', '2024-03-01', '2023-11-01', '2023-09-01', '2022-11-01', '2021-08-01'],
  prefix: 'lb',
  build: buildLoadBalancer,
};

function buildLoadBalancer(slot: Slot, context: BuildContext): Body {
  const { id } = slot;
  const frontend = { id: `${id}/frontendIPConfigurations/frontend` };
  const backend = { id: `${id}/backendAddressPools/backend` };
  const members = (slot.many.nics ?? []).map((nic) => ({ id: `${nic.id}/ipConfigurations/ipconfig1` }));
  return {
    sku: { name: context.lax(0.2) ? 'Basic' : 'Standard', tier: 'Regional' },
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: context.random.uuid(),
      frontendIPConfigurations: [
        {
          name: 'frontend',
          ...frontend,
          properties: {
            provisioningState: 'Succeeded',
            privateIPAllocationMethod: 'Dynamic',
            publicIPAddress: ref(slot.one.publicIp),
          },
        },
      ],
      backendAddressPools: [
        {
          name: 'backend',
          ...backend,
          properties: { provisioningState: 'Succeeded', backendIPConfigurations: members },
        },
      ],
      loadBalancingRules: [
        {
          name: 'https',
          id: `${id}/loadBalancingRules/https`,
          properties: {
            provisioningState: 'Succeeded',
            frontendIPConfiguration: frontend,
            frontendPort: 443,
            backendPort: 443,
            enableFloatingIP: false,
            idleTimeoutInMinutes: 4,
            protocol: 'Tcp',
            loadDistribution: 'Default',
            backendAddressPool: backend,
            probe: { id: `${id}/probes/tcp443` },
          },
        },
      ],
      probes: [
        {
          name: 'tcp443',
          id: `${id}/probes/tcp443`,
          properties: {
            provisioningState: 'Succeeded',
            protocol: 'Tcp',
            port: 443,
            intervalInSeconds: 15,
            numberOfProbes: 2,
            probeThreshold: 1,
          },
        },
      ],
      inboundNatRules: [],
      outboundRules: [],
      inboundNatPools: [],
    },
  };
}
