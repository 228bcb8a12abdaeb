metadata description = 'Our event subscription on a topic that is not ours. It has no identity of ours, so events go to the function, and nothing keeps those that fail. The next sync finds what was lost.'

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
