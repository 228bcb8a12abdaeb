metadata description = 'Service Bus without keys; each queue as the code declares it.'

import { Tags } from '../types.bicep'

param name string
param location string
param tags Tags
param queues Queue[]
param isPublic bool
param workspaceId string

@description('A queue of declarations.json: Microsoft.ServiceBus/namespaces/queues property names, durations in ISO 8601.')
type Queue = {
  name: string
  lockDuration: string
  maxDeliveryCount: int
  defaultMessageTimeToLive: string
  deadLetteringOnMessageExpiration: bool
  requiresDuplicateDetection: bool
  duplicateDetectionHistoryTimeWindow: string?
  requiresSession: bool
  maxSizeInMegabytes: int
}

// Private endpoints are of the Premium tier alone.
resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: isPublic ? { name: 'Standard', tier: 'Standard' } : { name: 'Premium', tier: 'Premium', capacity: 1 }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
  }
}

// Event Grid, a trusted service, delivers with its identity past a closed door.
resource networkRules 'Microsoft.ServiceBus/namespaces/networkRuleSets@2024-01-01' = if (!isPublic) {
  parent: namespace
  name: 'default'
  properties: { publicNetworkAccess: 'Disabled', defaultAction: 'Deny', trustedServiceAccessEnabled: true }
}

resource namespaceQueues 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [
  for queue in queues: {
    parent: namespace
    name: queue.name
    properties: {
      lockDuration: queue.lockDuration
      maxDeliveryCount: queue.maxDeliveryCount
      defaultMessageTimeToLive: queue.defaultMessageTimeToLive
      deadLetteringOnMessageExpiration: queue.deadLetteringOnMessageExpiration
      requiresDuplicateDetection: queue.requiresDuplicateDetection
      duplicateDetectionHistoryTimeWindow: queue.?duplicateDetectionHistoryTimeWindow
      requiresSession: queue.requiresSession
      maxSizeInMegabytes: queue.maxSizeInMegabytes
    }
  }
]

#disable-next-line use-recent-api-versions // the only version with categories and metrics
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespace
  name: 'workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'OperationalLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = namespace.id
output name string = namespace.name

@description('Host name, as clients take it.')
output host string = split(replace(namespace.properties.serviceBusEndpoint, 'https://', ''), ':')[0]
