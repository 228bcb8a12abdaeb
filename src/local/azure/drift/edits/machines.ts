import { withPower } from '../../estate/types/virtualMachine.ts';
import { type Edit, withProperties } from '../edit.ts';

const machine = 'microsoft.compute/virtualmachines';

export const resize: Edit = {
  name: 'resize',
  types: [machine],
  apply: (resource, random) =>
    withProperties(resource, {
      hardwareProfile: { vmSize: random.pick(['Standard_D2s_v5', 'Standard_D4s_v5', 'Standard_E4s_v5']) },
    }),
};

export const power: Edit = {
  name: 'power',
  types: [machine],
  apply: (resource, random) => {
    const [action, state] = random.pick([
      ['start', 'PowerState/running'],
      ['deallocate', 'PowerState/deallocated'],
      ['powerOff', 'PowerState/stopped'],
    ]);
    return {
      resource: withPower(resource, state),
      operation: `${resource.type}/${action}/action`,
      isAction: true,
    };
  },
};

export const growDisk: Edit = {
  name: 'growDisk',
  types: ['microsoft.compute/disks'],
  apply: (resource) => {
    const size = Number(resource.properties?.diskSizeGB ?? 32) * 2;
    return size > 4096
      ? undefined
      : withProperties(resource, { diskSizeGB: size, diskSizeBytes: size * 1_073_741_824 });
  },
};
