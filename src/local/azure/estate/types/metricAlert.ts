import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';

export const metricAlert: ResourceType = {
  type: 'Microsoft.Insights/metricAlerts',
  apiVersions: ['2018-03-01'],
  prefix: 'alert',
  global: true,
  build: buildAlert,
};

function buildAlert(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const target = slot.one.target;
  const group = slot.one.actionGroup;
  const criterion = {
    name: 'Metric1',
    metricName: 'Percentage CPU',
    operator: 'GreaterThan',
    timeAggregation: 'Average',
    threshold: random.pick([80, 85, 90, 95]),
    criterionType: 'StaticThresholdCriterion',
    dimensions: [],
  };
  return {
    properties: {
      description: `CPU of ${target?.name ?? context.stamp.application}`,
      severity: random.int(0, 3),
      enabled: !lax(0.1),
      scopes: target === undefined ? [] : [target.id],
      evaluationFrequency: 'PT5M',
      windowSize: 'PT15M',
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria',
        allOf: [criterion],
      },
      autoMitigate: true,
      actions: group === undefined ? [] : [{ actionGroupId: group.id, webHookProperties: {} }],
    },
  };
}
