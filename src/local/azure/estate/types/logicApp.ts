import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf, publicIp } from '../parts.ts';

export const logicApp: ResourceType = {
  type: 'Microsoft.Logic/workflows',
  apiVersions: ['2019-05-01', '2018-07-01-preview', '2016-06-01'],
  prefix: 'logic',
  build: buildWorkflow,
};

function buildWorkflow(slot: Slot, context: BuildContext): Body {
  const { random } = context;
  const created = context.past();
  const trigger = {
    recurrence: { frequency: random.pick(['Hour', 'Day', 'Minute']), interval: random.int(1, 15) },
    type: 'Recurrence',
  };
  return {
    identity: identityOf(slot, context, 0.3),
    properties: {
      provisioningState: 'Succeeded',
      createdTime: created,
      changedTime: created,
      state: random.chance(0.85) ? 'Enabled' : 'Disabled',
      version: `0858${random.hex(20)}`,
      accessEndpoint: `https://prod-${random.int(1, 99)}.${context.stamp.location}.logic.azure.com:443/workflows/${random.hex(32)}`,
      definition: {
        $schema:
          'https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#',
        contentVersion: '1.0.0.0',
        parameters: {},
        triggers: { Recurrence: trigger },
        actions: {
          Call: {
            runAfter: {},
            type: 'Http',
            inputs: { method: 'GET', uri: `https://${context.stamp.application}.contoso.com/api/sync` },
          },
        },
        outputs: {},
      },
      parameters: {},
      endpointsConfiguration: { workflow: { outgoingIpAddresses: [{ address: publicIp(context) }] } },
    },
  };
}
