import type { Body, BuildContext, Resource, ResourceType, Slot } from '../model.ts';

export const disk: ResourceType = {
  type: 'Microsoft.Compute/disks',
  apiVersions: ['2024-03-02', '2023-10-02', '2023-04-02', '2022-07-02', '2021-12-01'],
  prefix: 'disk',
  zonal: true,
  build: buildDisk,
};

export function isUnattached(resource: Resource): boolean {
  return resource.properties?.diskState === 'Unattached';
}

function buildDisk(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const vm = slot.one.vm;
  const size = random.pick([30, 32, 64, 128, 128, 256, 512, 1024]);
  const os = slot.facts.os;
  const open = lax(0.5);
  return {
    // compute returns the owner's resource group in upper case for many disks
    managedBy: vm && (random.chance(0.4) ? upperGroup(vm.id) : vm.id),
    sku: random.pick([
      { name: 'Premium_LRS', tier: 'Premium' },
      { name: 'StandardSSD_LRS', tier: 'Standard' },
      { name: 'Standard_LRS', tier: 'Standard' },
    ]),
    properties: {
      osType: os,
      hyperVGeneration: os === undefined ? undefined : 'V2',
      creationData:
        os === undefined
          ? { createOption: 'Empty' }
          : { createOption: 'FromImage', imageReference: { id: imageOf(context) } },
      diskSizeGB: size,
      diskSizeBytes: size * 1_073_741_824,
      diskIOPSReadWrite: Math.max(120, size * 5),
      diskMBpsReadWrite: Math.max(25, Math.round(size / 5)),
      encryption: {
        type: random.chance(0.06)
          ? 'EncryptionAtRestWithPlatformAndCustomerKeys'
          : 'EncryptionAtRestWithPlatformKey',
      },
      encryptionSettingsCollection: random.chance(0.1)
        ? { enabled: true, encryptionSettingsVersion: '1.1' }
        : undefined,
      networkAccessPolicy: open ? 'AllowAll' : random.pick(['DenyAll', 'AllowPrivate']),
      publicNetworkAccess: open ? 'Enabled' : 'Disabled',
      timeCreated: context.past(),
      provisioningState: 'Succeeded',
      diskState: vm === undefined ? 'Unattached' : 'Attached',
      uniqueId: random.uuid(),
      tier: 'P10',
      LastOwnershipUpdateTime: vm === undefined ? context.past(400) : undefined,
    },
  };
}

function upperGroup(id: string): string {
  return id.replace(
    /(\/resourceGroups\/)([^/]+)/,
    (_all, segment: string, group: string) => segment + group.toUpperCase(),
  );
}

function imageOf(context: BuildContext): string {
  return `/Subscriptions/${context.stamp.subscription.id}/Providers/Microsoft.Compute/Locations/${context.stamp.location}/Publishers/Canonical/ArtifactTypes/VMImage/Offers/0001-com-ubuntu-server-jammy/Skus/22_04-lts-gen2/Versions/22.04.202409120`;
}
