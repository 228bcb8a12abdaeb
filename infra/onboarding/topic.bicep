metadata description = 'The system topic of a subscription and our event subscription, with a dead-letter container.'

import { filter, retryPolicy } from 'events.bicep'
import { Tags } from '../types.bicep'

param topicName string
param eventSubscriptionName string
param eventsIdentityId string

@description('Queue that the events go to.')
param eventQueueId string

param deadLetterStorageId string
param deadLetterContainer string
param actionGroupId string
param tags Tags

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: topicName
  location: 'global'
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${eventsIdentityId}': {} }
  }
  properties: {
    source: subscription().id
    topicType: 'Microsoft.Resources.Subscriptions'
  }

  resource delivery 'eventSubscriptions' = {
    name: eventSubscriptionName
    properties: {
      eventDeliverySchema: 'EventGridSchema'
      filter: filter
      retryPolicy: retryPolicy
      deliveryWithResourceIdentity: {
        identity: { type: 'UserAssigned', userAssignedIdentity: eventsIdentityId }
        destination: { endpointType: 'ServiceBusQueue', properties: { resourceId: eventQueueId } }
      }
      deadLetterWithResourceIdentity: {
        identity: { type: 'UserAssigned', userAssignedIdentity: eventsIdentityId }
        deadLetterDestination: {
          endpointType: 'StorageBlob'
          properties: { resourceId: deadLetterStorageId, blobContainerName: deadLetterContainer }
        }
      }
    }
  }
}

resource undelivered 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: '${eventSubscriptionName}-undelivered-events'
  location: 'global'
  tags: tags
  properties: {
    description: 'Events could not be delivered and were dead-lettered. docs/operations/alerts.md#undelivered-events'
    severity: 2
    enabled: true
    autoMitigate: true
    scopes: [topic.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'undelivered-events'
          metricNamespace: 'Microsoft.EventGrid/systemTopics'
          metricName: 'DeadLetteredCount'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: [{ actionGroupId: actionGroupId }]
  }
}
