import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';

export const snapshot: ResourceType = {
  type: 'Microsoft.Compute/snapshots',
  apiVersions: ['2024-03-02', '2023-10-02', '2022-07-02', '2021-12-01'],
  prefix: 'snap',
  build: buildSnapshot,
};

function buildSnapshot(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const source = slot.one.disk;
  const open = lax(0.5);
  const size = random.pick([30, 64, 128, 256]);
  return {
    sku: { name: random.chance(0.7) ? 'Standard_LRS' : 'Standard_ZRS', tier: 'Standard' },
    properties: {
      hyperVGeneration: 'V2',
      creationData: source
        ? { createOption: 'Copy', sourceResourceId: source.id, sourceUniqueId: random.uuid() }
        : { createOption: 'Empty' },
      diskSizeGB: size,
      diskSizeBytes: size * 1_073_741_824,
      encryption: { type: 'EncryptionAtRestWithPlatformKey' },
      incremental: random.chance(0.6),
      networkAccessPolicy: open ? 'AllowAll' : 'DenyAll',
      publicNetworkAccess: open ? 'Enabled' : 'Disabled',
      timeCreated: context.past(900),
      provisioningState: 'Succeeded',
      diskState: 'Unattached',
      uniqueId: random.uuid(),
    },
  };
}
