import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.OperationalInsights/workspaces';

export const logAnalyticsRetention = defineStarter({
  name: 'log-analytics-retention',
  displayName: 'Log Analytics workspaces should keep logs for at least 90 days',
  description: 'An intrusion is found after weeks on average; logs that are gone by then explain nothing.',
  category: 'Monitoring',
  severity: 'medium',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/retentionInDays`, exists: true },
    { field: `${TYPE}/retentionInDays`, greaterOrEquals: 0 },
    { field: `${TYPE}/retentionInDays`, less: "[parameters('minimumDays')]" },
  ),
  parameters: {
    minimumDays: {
      type: 'Integer',
      metadata: { displayName: 'Days', description: 'The least number of days that logs are kept' },
      defaultValue: 90,
    },
  },
  frameworks: {
    nist80053: ['AU-11'],
    iso27001: ['A.8.15'],
    pciDss: ['10.5.1'],
    mcsb: ['LT-6'],
  },
  remediation: {
    text: 'Set the retention of the workspace, or of its security tables, to 90 days or more.',
    az: 'az monitor log-analytics workspace update --workspace-name <name> --resource-group <group> --retention-time 90',
    bicep: `properties: {
  retentionInDays: 90
}`,
    terraform: `resource "azurerm_log_analytics_workspace" "example" {
  retention_in_days = 90
}`,
  },
  examples: {
    passing: [example(TYPE, { retentionInDays: 90 }), example(TYPE, { retentionInDays: -1 })],
    failing: [example(TYPE, { retentionInDays: 30 })],
  },
});
