metadata description = 'What wakes somebody, and the cost cap. Each alert has its runbook in docs/operations/alerts.md.'

import { Names } from '../naming.bicep'
import { Profile } from '../profiles.bicep'
import { Tags } from '../types.bicep'

param names Names
param location string
param tags Tags
param emails string[]
param profile Profile
param budgetStartDate string
param serviceBusId string
param dataStorageId string
param workspaceId string

var runbook = 'docs/operations/alerts.md'

type MetricRule = {
  name: string
  description: string
  severity: 0 | 1 | 2 | 3 | 4
  scope: string
  namespace: string
  metric: string
  aggregation: 'Average' | 'Minimum' | 'Total'
  @description('The alert is raised above it, or below where isBelow.')
  threshold: int
  isBelow: bool
  minutes: int
  dimensions: { name: string, operator: 'Include', values: string[] }[]
}

var eachQueue = [{ name: 'EntityName', operator: 'Include', values: ['*'] }]

@description('Metric alerts, by name.')
var metricRules MetricRule[] = [
  {
    name: 'dead-letters'
    description: 'A queue holds dead-lettered messages.'
    severity: 2
    scope: serviceBusId
    namespace: 'Microsoft.ServiceBus/namespaces'
    metric: 'DeadletteredMessages'
    aggregation: 'Average'
    threshold: 0
    minutes: 5
    isBelow: false
    dimensions: eachQueue
  }
  {
    name: 'backlog'
    description: 'A queue was not empty once: nothing takes its messages, or too few do.'
    severity: 2
    scope: serviceBusId
    namespace: 'Microsoft.ServiceBus/namespaces'
    metric: 'ActiveMessages'
    aggregation: 'Minimum'
    threshold: 0
    minutes: profile.alerts.backlogMinutes
    isBelow: false
    dimensions: eachQueue
  }
  {
    name: 'queue-throttling'
    description: 'Service Bus throttles requests.'
    severity: 3
    scope: serviceBusId
    namespace: 'Microsoft.ServiceBus/namespaces'
    metric: 'ThrottledRequests'
    aggregation: 'Total'
    threshold: 10
    minutes: 5
    isBelow: false
    dimensions: eachQueue
  }
  {
    name: 'storage-throttling'
    description: 'Table or Blob Storage throttles requests.'
    severity: 3
    scope: dataStorageId
    namespace: 'Microsoft.Storage/storageAccounts'
    metric: 'Transactions'
    aggregation: 'Total'
    threshold: 10
    minutes: 5
    isBelow: false
    dimensions: [
      {
        name: 'ResponseType'
        operator: 'Include'
        values: ['ServerBusyError', 'ClientThrottlingError', 'ClientAccountRequestThrottlingError']
      }
    ]
  }
  {
    name: 'storage-unavailable'
    description: 'Storage of the product answers with errors of its own.'
    severity: 1
    scope: dataStorageId
    namespace: 'Microsoft.Storage/storageAccounts'
    metric: 'Availability'
    aggregation: 'Average'
    threshold: 99
    isBelow: true
    minutes: 15
    dimensions: []
  }
]

@description('Alerts on what the app logs, by name. A row found is an alert.')
var logRules = [
  {
    name: 'failed-syncs'
    description: 'A subscription could not be read.'
    severity: 2
    minutes: 60
    query: '''
      AppTraces
      | extend entry = parse_json(Message)
      | where entry.message == 'subscription could not be read'
      | summarize times = count() by subscription = tostring(entry.subscriptionId)
      | where times >= 2
    '''
  }
  {
    name: 'no-sync'
    description: 'No subscription was synced.'
    severity: 1
    minutes: 60
    query: '''
      AppTraces
      | extend entry = parse_json(Message)
      | where entry.message == 'subscription synced'
      | summarize syncs = count()
      | where syncs == 0
    '''
  }
  {
    name: 'queue-age'
    description: 'Messages wait too long on a queue.'
    severity: 2
    minutes: 15
    query: format(
      '''
      AppMetrics
      | where Name == 'policycortex.queue.age'
      | summarize oldestSeconds = max(Max) by queue = tostring(Properties.queue)
      | where oldestSeconds > {0}
    ''',
      profile.alerts.backlogMinutes * 60
    )
  }
  {
    name: 'azure-throttling'
    description: 'Resource Manager or Resource Graph slows or refuses the app.'
    severity: 3
    minutes: 60
    query: '''
      AppTraces
      | extend entry = parse_json(Message)
      | where entry.message in ('throttled by Azure', 'Resource Graph refused; reading resource groups instead', 'resource group could not be read')
      | summarize times = count() by what = tostring(entry.message)
      | where times >= 20
    '''
  }
  {
    name: 'swept-events'
    description: 'Events were left behind by processes that died or could not publish.'
    severity: 3
    minutes: 60
    query: '''
      AppTraces
      | extend entry = parse_json(Message)
      | where entry.message == 'published what a process left behind'
      | summarize commits = sum(toint(entry.commits))
      | where commits >= 10
    '''
  }
  {
    name: 'error-rate'
    description: 'Executions fail.'
    severity: 1
    minutes: 15
    query: format(
      '''
      AppRequests
      | summarize executions = count(), failed = countif(Success == false) by Name
      | where executions >= 20 and failed * 100 >= executions * {0}
    ''',
      profile.alerts.errorPercent
    )
  }
]

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: names.actionGroup
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'policycortex'
    emailReceivers: [
      for (email, i) in emails: {
        name: 'email-${i}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource metricAlerts 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for rule in metricRules: {
    name: '${names.alert}-${rule.name}'
    location: 'global'
    tags: tags
    properties: {
      description: '${rule.description} ${runbook}#${rule.name}'
      severity: rule.severity
      enabled: true
      autoMitigate: true
      scopes: [rule.scope]
      evaluationFrequency: 'PT5M'
      windowSize: rule.minutes == 60 ? 'PT1H' : 'PT${rule.minutes}M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: rule.name
            metricNamespace: rule.namespace
            metricName: rule.metric
            timeAggregation: rule.aggregation
            operator: rule.isBelow ? 'LessThan' : 'GreaterThan'
            threshold: rule.threshold
            dimensions: rule.dimensions
          }
        ]
      }
      actions: [{ actionGroupId: actionGroup.id }]
    }
  }
]

resource logAlerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in logRules: {
    name: '${names.alert}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${names.alert}-${rule.name}'
      description: '${rule.description} ${runbook}#${rule.name}'
      severity: rule.severity
      enabled: true
      autoMitigate: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT15M'
      windowSize: rule.minutes == 60 ? 'PT1H' : 'PT${rule.minutes}M'
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [actionGroup.id] }
    }
  }
]

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: names.budget
  properties: {
    category: 'Cost'
    amount: profile.monthlyBudget
    timeGrain: 'Monthly'
    timePeriod: { startDate: budgetStartDate }
    notifications: {
      half: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 50
        thresholdType: 'Actual'
        contactEmails: emails
        contactGroups: [actionGroup.id]
      }
      most: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: emails
        contactGroups: [actionGroup.id]
      }
      all: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Actual'
        contactEmails: emails
        contactGroups: [actionGroup.id]
      }
      foreseen: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: emails
        contactGroups: [actionGroup.id]
      }
    }
  }
}

output actionGroupId string = actionGroup.id
