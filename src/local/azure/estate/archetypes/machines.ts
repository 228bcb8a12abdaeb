import type { Slot } from '../model.ts';
import type { Random } from '../random.ts';
import { link, type Recipe } from '../recipe.ts';
import { actionGroup } from '../types/actionGroup.ts';
import { availabilitySet } from '../types/availabilitySet.ts';
import { disk } from '../types/disk.ts';
import { loadBalancer } from '../types/loadBalancer.ts';
import { metricAlert } from '../types/metricAlert.ts';
import { publicIpAddress } from '../types/publicIpAddress.ts';
import { recoveryVault } from '../types/recoveryVault.ts';
import { snapshot } from '../types/snapshot.ts';
import { storageAccount } from '../types/storageAccount.ts';
import { virtualMachine } from '../types/virtualMachine.ts';
import { virtualMachineExtension } from '../types/virtualMachineExtension.ts';
import { addInterface, addNetwork } from './network.ts';

/** A classic application on virtual machines behind a load balancer. */
export function machines(recipe: Recipe, random: Random): void {
  const network = addNetwork(recipe, ['snet-web', 'snet-db'], { routed: random.chance(0.6) });
  const os = random.chance(0.55) ? 'Windows' : 'Linux';
  const balancer = random.chance(0.6) ? addBalancer(recipe) : undefined;
  const set = random.chance(0.4) ? recipe.add(availabilitySet) : undefined;
  const alerts = recipe.add(actionGroup);
  const count = random.int(2, 6);
  for (let index = 0; index < count; index++) {
    const vm = addMachine(recipe, random, {
      network,
      os,
      subnet: index < count - 1 ? 'snet-web' : 'snet-db',
    });
    if (set !== undefined) link(set, 'vms', vm);
    const nic = vm.many.nics?.[0];
    if (balancer !== undefined && nic !== undefined) {
      nic.one.loadBalancer = balancer;
      link(balancer, 'nics', nic);
    }
    if (random.chance(0.4)) recipe.add(metricAlert, { one: { target: vm, actionGroup: alerts } });
  }
  recipe.add(storageAccount);
  if (random.chance(0.5)) recipe.add(recoveryVault);
}

function addBalancer(recipe: Recipe): Slot {
  const publicIp = recipe.add(publicIpAddress, {
    suffix: 'lb',
    facts: { configuration: 'frontendIPConfigurations/frontend' },
  });
  const balancer = recipe.add(loadBalancer, { one: { publicIp } });
  publicIp.one.owner = balancer;
  return balancer;
}

type MachineOptions = { readonly network: Slot; readonly subnet: string; readonly os: 'Windows' | 'Linux' };

/** Adds a machine with its interface, disks, extensions and, too often, a public address. */
export function addMachine(recipe: Recipe, random: Random, options: MachineOptions): Slot {
  const { network, subnet, os } = options;
  const vm = recipe.add(virtualMachine, { facts: { os } });
  const nic = addInterface(recipe, network, subnet);
  nic.one.vm = vm;
  link(vm, 'nics', nic);
  if (random.chance(0.2)) {
    const facts = { configuration: 'ipConfigurations/ipconfig1' };
    nic.one.publicIp = recipe.add(publicIpAddress, {
      suffix: vm.name.slice(-2),
      one: { owner: nic },
      facts,
    });
  }
  const osDisk = recipe.add(disk, {
    name: `${vm.name}_OsDisk_1_${random.hex(32)}`,
    one: { vm },
    facts: { os },
  });
  vm.one.osDisk = osDisk;
  const extra = random.int(0, 2);
  for (let lun = 0; lun < extra; lun++) {
    link(vm, 'dataDisks', recipe.add(disk, { name: `${vm.name}-data-${lun}`, one: { vm } }));
  }
  const agent = os === 'Windows' ? 'AzureMonitorWindowsAgent' : 'AzureMonitorLinuxAgent';
  if (random.chance(0.7)) recipe.add(virtualMachineExtension, { parent: vm, name: agent });
  if (random.chance(0.4)) recipe.add(virtualMachineExtension, { parent: vm, name: `MDE.${os}` });
  if (random.chance(0.15))
    recipe.add(snapshot, { name: `${vm.name}-snap-${random.int(1, 28)}`, one: { disk: osDisk } });
  return vm;
}
