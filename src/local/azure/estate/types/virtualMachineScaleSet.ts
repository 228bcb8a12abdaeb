import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf, subnetId } from '../parts.ts';

export const virtualMachineScaleSet: ResourceType = {
  type: 'Microsoft.Compute/virtualMachineScaleSets',
  apiVersions: ['2024-11-01', '2024-07-01', '2023-09-01', '2022-11-01', '2021-07-01'],
  prefix: 'vmss',
  maxNameLength: 60,
  build: buildScaleSet,
};

function buildScaleSet(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const balancer = slot.one.loadBalancer;
  const pools = balancer && [{ id: `${balancer.id}/backendAddressPools/backend` }];
  const ipConfiguration = {
    name: 'ipconfig1',
    properties: {
      primary: true,
      subnet: { id: subnetId(slot.one.network, slot.facts.subnet) },
      privateIPAddressVersion: 'IPv4',
      loadBalancerBackendAddressPools: pools,
    },
  };
  return {
    sku: {
      name: random.pick(['Standard_D2s_v5', 'Standard_D4s_v5', 'Standard_F4s_v2']),
      tier: 'Standard',
      capacity: random.int(1, 12),
    },
    identity: identityOf(slot, context, 0.4),
    zones: random.chance(0.4) ? ['1', '2', '3'] : undefined,
    properties: {
      singlePlacementGroup: false,
      orchestrationMode: random.chance(0.6) ? 'Uniform' : 'Flexible',
      upgradePolicy: {
        mode: random.pick(['Manual', 'Automatic', 'Rolling']),
        automaticOSUpgradePolicy: { enableAutomaticOSUpgrade: !lax(0.5) },
      },
      virtualMachineProfile: {
        osProfile: {
          computerNamePrefix: slot.name.slice(0, 9),
          adminUsername: 'azureuser',
          linuxConfiguration: { disablePasswordAuthentication: !lax(0.2), provisionVMAgent: true },
        },
        storageProfile: {
          osDisk: {
            osType: 'Linux',
            createOption: 'FromImage',
            caching: 'ReadWrite',
            managedDisk: { storageAccountType: 'Premium_LRS' },
            diskSizeGB: 30,
          },
          imageReference: {
            publisher: 'Canonical',
            offer: '0001-com-ubuntu-server-jammy',
            sku: '22_04-lts-gen2',
            version: 'latest',
          },
        },
        networkProfile: {
          networkInterfaceConfigurations: [
            {
              name: `${slot.name}-nic`,
              properties: {
                primary: true,
                enableAcceleratedNetworking: random.chance(0.6),
                enableIPForwarding: false,
                ipConfigurations: [ipConfiguration],
              },
            },
          ],
        },
        securityProfile: random.chance(0.5)
          ? { securityType: 'TrustedLaunch', uefiSettings: { secureBootEnabled: true, vTpmEnabled: true } }
          : undefined,
        extensionProfile: {
          extensions: [
            {
              name: 'HealthExtension',
              properties: {
                publisher: 'Microsoft.ManagedServices',
                type: 'ApplicationHealthLinux',
                typeHandlerVersion: '1.0',
                autoUpgradeMinorVersion: true,
                settings: { protocol: 'http', port: 80, requestPath: '/' },
              },
            },
          ],
        },
      },
      provisioningState: 'Succeeded',
      overprovision: true,
      uniqueId: random.uuid(),
      platformFaultDomainCount: 1,
      timeCreated: context.past(),
    },
  };
}
