import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';

export const dataCollectionRule: ResourceType = {
  type: 'Microsoft.Insights/dataCollectionRules',
  apiVersions: ['2023-03-11', '2022-06-01', '2021-09-01-preview'],
  prefix: 'dcr',
  build: buildRule,
};

function buildRule(slot: Slot, context: BuildContext): Body {
  const workspace = slot.one.workspace;
  const counters = ['\\Processor Information(_Total)\\% Processor Time', '\\Memory\\Available Bytes'];
  return {
    kind: context.random.pick(['Windows', 'Linux']),
    properties: {
      provisioningState: 'Succeeded',
      immutableId: `dcr-${context.random.hex(32)}`,
      dataSources: {
        performanceCounters: [
          {
            name: 'perf',
            streams: ['Microsoft-Perf'],
            samplingFrequencyInSeconds: 60,
            counterSpecifiers: counters,
          },
        ],
      },
      destinations: {
        logAnalytics:
          workspace === undefined
            ? []
            : [{ name: 'workspace', workspaceResourceId: workspace.id, workspaceId: context.random.uuid() }],
      },
      dataFlows: [{ streams: ['Microsoft-Perf'], destinations: ['workspace'] }],
    },
  };
}
