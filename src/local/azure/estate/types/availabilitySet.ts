import type { Body, ResourceType, Slot } from '../model.ts';

export const availabilitySet: ResourceType = {
  type: 'Microsoft.Compute/availabilitySets',
  apiVersions: ['2024-11-01', '2024-07-01', '2023-09-01', '2022-11-01', '2021-07-01'],
  prefix: 'avail',
  build: buildSet,
};

function buildSet(slot: Slot): Body {
  const members = (slot.many.vms ?? []).map((vm) => ({ id: vm.id }));
  return {
    sku: { name: 'Aligned' },
    properties: { platformUpdateDomainCount: 5, platformFaultDomainCount: 2, virtualMachines: members },
  };
}
