metadata description = 'Our event subscription on a topic that is not ours. No dead-letter container: that takes an identity on the topic. The next sync finds what was lost.'

import { filter, retryPolicy, batch } from 'events.bicep'

param topicName string
param eventSubscriptionName string
param functionId string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName

  resource delivery 'eventSubscriptions' = {
    name: eventSubscriptionName
    properties: {
      eventDeliverySchema: 'EventGridSchema'
      filter: filter
      retryPolicy: retryPolicy
      // Delivered with the key of the function, which Event Grid fetches itself: no secret in any template.
      destination: {
        endpointType: 'AzureFunction'
        properties: {
          resourceId: functionId
          maxEventsPerBatch: batch.maxEventsPerBatch
          preferredBatchSizeInKilobytes: batch.preferredBatchSizeInKilobytes
        }
      }
    }
  }
}
