import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf } from '../parts.ts';

export const automationAccount: ResourceType = {
  type: 'Microsoft.Automation/automationAccounts',
  apiVersions: ['2024-10-23', '2023-11-01', '2022-08-08', '2021-06-22', '2020-01-13-preview'],
  prefix: 'aa',
  maxNameLength: 50,
  build: buildAccount,
};

function buildAccount(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const created = context.past();
  return {
    identity: identityOf(slot, context, 0.5),
    properties: {
      publicNetworkAccess: lax(0.9),
      disableLocalAuth: !lax(0.8),
      sku: { name: 'Basic', family: null, capacity: null },
      state: 'Ok',
      RegistrationUrl: `https://${random.uuid()}.agentsvc.${context.stamp.location}.azure-automation.net/accounts/`,
      encryption: { keySource: 'Microsoft.Automation', identity: { userAssignedIdentity: null } },
      creationTime: created,
      lastModifiedTime: created,
    },
  };
}
