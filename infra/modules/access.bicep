metadata description = 'Every role assignment in the resource group. What is assigned stands in ../roles.bicep.'

import {
  roleIds
  appOnHostStorage
  appOnDataStorage
  appOnQueues
  appOnVault
  appOnInsights
  eventsOnDeadLetters
  eventsOnQueue
} from '../roles.bicep'

param hostStorageName string
param dataStorageName string
param serviceBusName string
param queueNames string[]

@description('Queue that Event Grid delivers to.')
param eventQueueName string

param vaultName string
param insightsName string
param appIdentityName string
param eventsIdentityName string

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: appIdentityName
}

resource events 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: eventsIdentityName
}

resource hostStorage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: hostStorageName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource undelivered 'containers' existing = {
      name: 'undelivered-events'
    }
  }
}

resource dataStorage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataStorageName
}

resource serviceBus 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: serviceBusName
}

resource queues 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' existing = [
  for name in queueNames: {
    parent: serviceBus
    name: name
  }
]

resource eventQueue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' existing = {
  parent: serviceBus
  name: eventQueueName
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource hostRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in appOnHostStorage: {
    scope: hostStorage
    name: guid(hostStorage.id, app.id, roleIds[role])
    properties: {
      principalId: app.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]

resource dataRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in appOnDataStorage: {
    scope: dataStorage
    name: guid(dataStorage.id, app.id, roleIds[role])
    properties: {
      principalId: app.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]

resource queueRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for i in range(0, length(queueNames) * length(appOnQueues)): {
    scope: queues[i / length(appOnQueues)]
    name: guid(queues[i / length(appOnQueues)].id, app.id, roleIds[appOnQueues[i % length(appOnQueues)]])
    properties: {
      principalId: app.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roleIds[appOnQueues[i % length(appOnQueues)]]
      )
    }
  }
]

resource vaultRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in appOnVault: {
    scope: vault
    name: guid(vault.id, app.id, roleIds[role])
    properties: {
      principalId: app.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]

resource insightsRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in appOnInsights: {
    scope: insights
    name: guid(insights.id, app.id, roleIds[role])
    properties: {
      principalId: app.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]

resource deadLetterRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in eventsOnDeadLetters: {
    scope: hostStorage::blobs::undelivered
    name: guid(hostStorage::blobs::undelivered.id, events.id, roleIds[role])
    properties: {
      principalId: events.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]

resource eventQueueRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in eventsOnQueue: {
    scope: eventQueue
    name: guid(eventQueue.id, events.id, roleIds[role])
    properties: {
      principalId: events.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]
