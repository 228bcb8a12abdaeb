targetScope = 'subscription'

metadata description = 'Watches a subscription: its resource events go to the function, and the app may read it.'

import { Tags } from '../types.bicep'

param watchGroup string
param location string
param topicName string
param eventSubscriptionName string
@description('Function that events go to from a topic that is not ours.')
param functionId string

param eventsIdentityId string

@description('Queue that events go to from a topic of ours.')
param eventQueueId string

param deadLetterStorageId string
param deadLetterContainer string
param actionGroupId string
param appPrincipalId string

@description('Empty: no writing.')
param writerPrincipalId string = ''

@description('False where a management group above grants the roles.')
param assignRoles bool = true

@description('Azure allows one topic a subscription. Where another owner has made it, our event subscription joins it.')
param existingTopic { group: string, name: string }?

@description('Event Grid cannot call the app: what a topic of another owner tells is left to the change feed.')
param isPrivate bool = false

param tags Tags

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = if (existingTopic == null) {
  name: watchGroup
  location: location
  tags: tags
}

module topic 'topic.bicep' = if (existingTopic == null) {
  name: 'policycortex-topic'
  scope: resourceGroup(watchGroup)
  params: {
    eventSubscriptionName: eventSubscriptionName
    topicName: topicName
    eventsIdentityId: eventsIdentityId
    eventQueueId: eventQueueId
    deadLetterStorageId: deadLetterStorageId
    deadLetterContainer: deadLetterContainer
    actionGroupId: actionGroupId
    tags: tags
  }
  dependsOn: [group]
}

module joined 'joinedTopic.bicep' = if (existingTopic != null && !isPrivate) {
  name: 'policycortex-topic'
  scope: resourceGroup(existingTopic.?group ?? watchGroup)
  params: {
    eventSubscriptionName: eventSubscriptionName
    functionId: functionId
    topicName: existingTopic.?name ?? topicName
  }
}

module access 'estateAccess.bicep' = if (assignRoles) {
  name: 'policycortex-access'
  params: {
    appPrincipalId: appPrincipalId
    writerPrincipalId: writerPrincipalId
  }
}
