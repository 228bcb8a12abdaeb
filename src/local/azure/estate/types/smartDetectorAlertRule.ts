import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';

export const smartDetectorAlertRule: ResourceType = {
  type: 'microsoft.alertsManagement/smartDetectorAlertRules',
  apiVersions: ['2021-04-01', '2019-06-01'],
  prefix: 'Failure Anomalies',
  global: true,
  untagged: true,
  build: buildRule,
};

function buildRule(slot: Slot, context: BuildContext): Body {
  const target = slot.one.insights;
  return {
    properties: {
      description:
        'Failure Anomalies notifies you of an unusual rise in the rate of failed HTTP requests or dependency calls.',
      state: context.random.chance(0.95) ? 'Enabled' : 'Disabled',
      severity: 'Sev3',
      frequency: 'PT1M',
      detector: { id: 'FailureAnomaliesDetector' },
      scope: target === undefined ? [] : [target.id],
      actionGroups: { groupIds: [] },
    },
  };
}
