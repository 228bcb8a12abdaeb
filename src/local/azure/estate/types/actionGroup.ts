import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { pickPerson } from '../people.ts';

export const actionGroup: ResourceType = {
  type: 'Microsoft.Insights/actionGroups',
  apiVersions: ['2023-01-01', '2022-06-01', '2021-09-01', '2019-06-01'],
  prefix: 'ag',
  global: true,
  build: buildActionGroup,
};

function buildActionGroup(slot: Slot, context: BuildContext): Body {
  const receiver = {
    name: 'on-call',
    emailAddress: pickPerson(context.random).upn,
    useCommonAlertSchema: true,
    status: 'Enabled',
  };
  return {
    properties: {
      groupShortName: slot.name.slice(0, 12),
      enabled: !context.lax(0.05),
      emailReceivers: [receiver],
      smsReceivers: [],
      webhookReceivers: [],
      azureFunctionReceivers: [],
      armRoleReceivers: [],
    },
  };
}
