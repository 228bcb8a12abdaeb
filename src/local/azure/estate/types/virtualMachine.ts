import type { Body, BuildContext, Json, JsonObject, Resource, ResourceType, Slot } from '../model.ts';
import { identityOf, zonesOf } from '../parts.ts';

const sizes = [
  'Standard_D2s_v5',
  'Standard_D4s_v5',
  'Standard_D8s_v5',
  'Standard_E4s_v5',
  'Standard_B2ms',
  'Standard_B2s',
  'Standard_F4s_v2',
  'Standard_D2s_v3',
  'Standard_DS2_v2',
] as const;

export const virtualMachine: ResourceType = {
  type: 'Microsoft.Compute/virtualMachines',
  apiVersions: [
    '2024-11-01',
    '2024-07-01',
    '2024-03-01',
    '2023-09-01',
    '2023-03-01',
    '2022-11-01',
    '2021-07-01',
  ],
  prefix: 'vm',
  maxNameLength: 64,
  zonal: true,
  actions: {
    start: (vm) => withPower(vm, 'PowerState/running'),
    restart: (vm) => withPower(vm, 'PowerState/running'),
    powerOff: (vm) => withPower(vm, 'PowerState/stopped'),
    deallocate: (vm) => withPower(vm, 'PowerState/deallocated'),
  },
  build: buildVirtualMachine,
};

const displayOf: Readonly<Record<string, string>> = {
  'PowerState/running': 'VM running',
  'PowerState/stopped': 'VM stopped',
  'PowerState/deallocated': 'VM deallocated',
};

/** Returns the machine in another power state, where Resource Graph shows it (`extended.instanceView`). */
export function withPower(vm: Resource, code: string): Resource {
  const extended = powerState(code);
  return { ...vm, properties: { ...vm.properties, extended } };
}

function powerState(code: string): JsonObject {
  const display = displayOf[code] ?? code;
  return { instanceView: { powerState: { code, level: 'Info', displayStatus: display } } };
}

function buildVirtualMachine(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const windows = slot.facts.os === 'Windows';
  const trusted = random.chance(0.55);
  const power = random.weighted([
    ['PowerState/running', context.stamp.environment === 'prod' ? 92 : 70],
    ['PowerState/deallocated', 20],
    ['PowerState/stopped', 5],
  ]);
  return {
    identity: identityOf(slot, context, 0.45),
    zones: zonesOf(context),
    properties: {
      hardwareProfile: { vmSize: random.pick(sizes) },
      provisioningState: 'Succeeded',
      vmId: random.uuid(),
      storageProfile: storageProfile(slot, windows),
      osProfile: osProfile(slot, context, windows),
      networkProfile: { networkInterfaces: interfaces(slot) },
      securityProfile: trusted
        ? {
            uefiSettings: { secureBootEnabled: !lax(0.1), vTpmEnabled: true },
            securityType: 'TrustedLaunch',
            encryptionAtHost: random.chance(0.3),
          }
        : undefined,
      diagnosticsProfile: { bootDiagnostics: { enabled: !lax(0.2) } },
      licenseType: windows && random.chance(0.4) ? 'Windows_Server' : undefined,
      timeCreated: context.past(),
      extended: powerState(power),
    },
  };
}

function interfaces(slot: Slot): JsonObject[] {
  return (slot.many.nics ?? []).map((nic, index) => ({
    id: nic.id,
    properties: { primary: index === 0, deleteOption: 'Detach' },
  }));
}

function storageProfile(slot: Slot, windows: boolean): JsonObject {
  const osDisk = slot.one.osDisk;
  return {
    imageReference: windows
      ? {
          publisher: 'MicrosoftWindowsServer',
          offer: 'WindowsServer',
          sku: '2022-datacenter-azure-edition',
          version: 'latest',
          exactVersion: '20348.2700.240911',
        }
      : {
          publisher: 'Canonical',
          offer: '0001-com-ubuntu-server-jammy',
          sku: '22_04-lts-gen2',
          version: 'latest',
          exactVersion: '22.04.202409120',
        },
    osDisk: {
      osType: windows ? 'Windows' : 'Linux',
      name: osDisk?.name,
      createOption: 'FromImage',
      caching: 'ReadWrite',
      managedDisk: osDisk && { storageAccountType: 'Premium_LRS', id: osDisk.id },
      deleteOption: 'Detach',
      diskSizeGB: windows ? 127 : 30,
    },
    dataDisks: (slot.many.dataDisks ?? []).map((disk, lun) => ({
      lun,
      name: disk.name,
      createOption: 'Attach',
      caching: 'ReadOnly',
      managedDisk: { storageAccountType: 'Premium_LRS', id: disk.id },
      deleteOption: 'Detach',
      toBeDetached: false,
    })),
    diskControllerType: 'SCSI',
  };
}

function osProfile(slot: Slot, context: BuildContext, windows: boolean): JsonObject {
  const { random, lax } = context;
  const assessment: Json = random.chance(0.4) ? 'AutomaticByPlatform' : 'ImageDefault';
  const shared = {
    computerName: slot.name.slice(0, windows ? 15 : 64),
    adminUsername: random.pick(['azureuser', 'localadmin', 'sysadmin']),
    secrets: [],
    allowExtensionOperations: true,
    requireGuestProvisionSignal: true,
  };
  if (windows) {
    const patchSettings = {
      patchMode: random.pick(['AutomaticByOS', 'AutomaticByPlatform', 'Manual']),
      assessmentMode: assessment,
    };
    return {
      ...shared,
      windowsConfiguration: { provisionVMAgent: true, enableAutomaticUpdates: !lax(0.15), patchSettings },
    };
  }
  const ssh = {
    publicKeys: [
      {
        path: `/home/${shared.adminUsername}/.ssh/authorized_keys`,
        keyData: `ssh-rsa AAAAB3NzaC1yc2E${random.hex(64)}`,
      },
    ],
  };
  const patchSettings = {
    patchMode: random.pick(['ImageDefault', 'AutomaticByPlatform']),
    assessmentMode: assessment,
  };
  return {
    ...shared,
    linuxConfiguration: {
      disablePasswordAuthentication: !lax(0.2),
      ssh,
      provisionVMAgent: true,
      patchSettings,
    },
  };
}
