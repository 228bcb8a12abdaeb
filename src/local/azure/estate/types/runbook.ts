import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';

export const runbook: ResourceType = {
  type: 'Microsoft.Automation/automationAccounts/runbooks',
  apiVersions: ['2024-10-23', '2023-11-01', '2022-08-08', '2019-06-01'],
  prefix: 'rb',
  build: buildRunbook,
};

function buildRunbook(_slot: Slot, context: BuildContext): Body {
  const created = context.past();
  return {
    properties: {
      runbookType: context.random.pick(['PowerShell', 'PowerShell72', 'Python3']),
      state: context.random.chance(0.9) ? 'Published' : 'Edit',
      logVerbose: false,
      logProgress: false,
      logActivityTrace: 0,
      jobCount: 0,
      creationTime: created,
      lastModifiedTime: created,
      provisioningState: 'Succeeded',
    },
  };
}
