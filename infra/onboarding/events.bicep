// What of a subscription's events is delivered, and how hard Event Grid tries.

@export()
var filter = {
  includedEventTypes: [
    'Microsoft.Resources.ResourceWriteSuccess'
    'Microsoft.Resources.ResourceDeleteSuccess'
    'Microsoft.Resources.ResourceActionSuccess'
  ]
}

@export()
var retryPolicy = { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }

@export()
var batch = { maxEventsPerBatch: 20, preferredBatchSizeInKilobytes: 64 }
