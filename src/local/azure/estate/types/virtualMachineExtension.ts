import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';

const extensions = {
  AzureMonitorWindowsAgent: ['Microsoft.Azure.Monitor', '1.30'],
  AzureMonitorLinuxAgent: ['Microsoft.Azure.Monitor', '1.33'],
  'MDE.Windows': ['Microsoft.Azure.AzureDefenderForServers', '1.0'],
  'MDE.Linux': ['Microsoft.Azure.AzureDefenderForServers', '1.0'],
  AADSSHLoginForLinux: ['Microsoft.Azure.ActiveDirectory', '1.0'],
  AzurePolicyforWindows: ['Microsoft.GuestConfiguration', '1.29'],
  CustomScript: ['Microsoft.Azure.Extensions', '2.1'],
} as const;

export const virtualMachineExtension: ResourceType = {
  type: 'Microsoft.Compute/virtualMachines/extensions',
  apiVersions: ['2024-11-01', '2024-07-01', '2023-09-01', '2022-11-01', '2021-07-01'],
  prefix: 'ext',
  build: buildExtension,
};

function buildExtension(slot: Slot, context: BuildContext): Body {
  const [publisher, version] = Object.entries(extensions).find(([name]) => name === slot.name)?.[1] ?? [
    'Microsoft.Azure.Extensions',
    '2.1',
  ];
  const failed = context.lax(0.04);
  return {
    properties: {
      autoUpgradeMinorVersion: true,
      provisioningState: failed ? 'Failed' : 'Succeeded',
      enableAutomaticUpgrade: context.random.chance(0.5),
      publisher,
      type: slot.name,
      typeHandlerVersion: version,
      settings: {},
    },
  };
}
