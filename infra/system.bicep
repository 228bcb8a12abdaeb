metadata description = 'Everything in the resource group: each part in a module, wired here.'

import { Names } from 'naming.bicep'
import { Profile } from 'profiles.bicep'
import { Callers, SecurityExport, Tags } from 'types.bicep'

type Onboarding = {
  environmentName: string
  tags: Tags
  watchGroup: string
  topicName: string
  eventSubscriptionName: string
  location: string
  functionId: string
  appPrincipalId: string
  @description('Empty where writing is off.')
  writerPrincipalId: string
  eventsIdentityId: string
  eventQueueId: string
  deadLetterStorageId: string
  deadLetterContainer: string
  actionGroupId: string
  @description('Event Grid cannot call the app.')
  isPrivate: bool
}

param names Names
param environmentName string
param location string
param tags Tags
param profile Profile
param watchedTenantId string
param watchedSubscriptionIds string[]
param alertEmails string[]
param enableWriting bool
param callers Callers
param securityExport SecurityExport
param nodeVersion string
param budgetStartDate string
param deployerAddresses string[]
param recoverVault bool

@description('Names in the watched subscriptions; only passed on to the onboarding.')
param watch { group: string, topic: string, eventSubscription: string }

@description('Every queue, table, container and function of the code; generated from it (scripts/infra/declarations.ts).')
var declarations = loadJsonContent('declarations.json')

module identities 'modules/identities.bicep' = {
  params: {
    names: names
    location: location
    tags: tags
    enableWriting: enableWriting
  }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    names: names
    location: location
    tags: tags
    retentionDays: profile.logRetentionDays
    dailyCapGB: profile.logDailyCapGB
  }
}

module hostStorage 'modules/storage.bicep' = {
  params: {
    name: names.hostStorage
    location: location
    tags: tags
    sku: profile.storageSku
    containers: ['packages', 'undelivered-events']
    tables: []
    deletedBlobDays: profile.deletedBlobDays
    isPublic: !profile.privateNetworking
    isLocked: false
    workspaceId: monitoring.outputs.workspaceId
  }
}

module dataStorage 'modules/storage.bicep' = {
  params: {
    name: names.dataStorage
    location: location
    tags: tags
    sku: profile.storageSku
    containers: map(declarations.containers, container => container.name)
    tables: map(declarations.tables, table => table.name)
    deletedBlobDays: profile.deletedBlobDays
    isPublic: !profile.privateNetworking
    isLocked: profile.lockData
    workspaceId: monitoring.outputs.workspaceId
  }
}

module messaging 'modules/messaging.bicep' = {
  params: {
    name: names.serviceBus
    location: location
    tags: tags
    queues: declarations.queues
    isPublic: !profile.privateNetworking
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/vault.bicep' = {
  params: {
    name: names.vault
    location: location
    tags: tags
    isPublic: !profile.privateNetworking
    recover: recoverVault
    workspaceId: monitoring.outputs.workspaceId
  }
}

module network 'modules/network.bicep' = if (profile.privateNetworking) {
  params: {
    name: names.network
    location: location
    tags: tags
    zoneNames: map(items(zones), zone => zone.value)
  }
}

module access 'modules/access.bicep' = {
  params: {
    hostStorageName: names.hostStorage
    dataStorageName: names.dataStorage
    serviceBusName: names.serviceBus
    queueNames: map(declarations.queues, queue => queue.name)
    eventQueueName: declarations.eventQueue
    vaultName: names.vault
    insightsName: names.insights
    appIdentityName: names.appIdentity
    eventsIdentityName: names.eventsIdentity
  }
  dependsOn: [identities, hostStorage, dataStorage, messaging, vault, monitoring]
}

@description('Where the event hub of continuous export is: /subscriptions/S/resourceGroups/G/…/namespaces/N/eventhubs/H.')
var hubPath = split(securityExport.hubId, '/')

module securityExportAccess 'modules/securityExport.bicep' = if (!empty(securityExport.hubId)) {
  name: 'policycortex-security-export'
  scope: resourceGroup(hubPath[?2] ?? '', hubPath[?4] ?? '')
  params: {
    namespaceName: hubPath[?8] ?? ''
    hubName: last(hubPath)
    appIdentityId: resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', names.appIdentity)
  }
  dependsOn: [identities]
}

module functionApp 'modules/functionApp.bicep' = {
  params: {
    names: names
    location: location
    tags: tags
    profile: profile
    nodeVersion: nodeVersion
    functions: declarations.functions
    identity: identities.outputs.app
    writer: identities.outputs.?writer
    callers: callers
    securityExport: securityExport
    hostStorageName: names.hostStorage
    dataStorageName: names.dataStorage
    serviceBusHost: messaging.outputs.host
    insightsName: names.insights
    vaultName: names.vault
    watchedTenantId: watchedTenantId
    watchedSubscriptionIds: watchedSubscriptionIds
    appSubnetId: network.?outputs.appSubnetId ?? ''
    deployerAddresses: deployerAddresses
    workspaceId: monitoring.outputs.workspaceId
  }
  // The host reads its package and its leases with these roles.
  dependsOn: [access]
}

@description('A private endpoint for each service that the app or its callers reach.')
var endpoints = [
  {
    name: 'host-blob'
    target: resourceId('Microsoft.Storage/storageAccounts', names.hostStorage)
    group: 'blob'
  }
  {
    name: 'host-queue'
    target: resourceId('Microsoft.Storage/storageAccounts', names.hostStorage)
    group: 'queue'
  }
  {
    name: 'host-table'
    target: resourceId('Microsoft.Storage/storageAccounts', names.hostStorage)
    group: 'table'
  }
  {
    name: 'data-blob'
    target: resourceId('Microsoft.Storage/storageAccounts', names.dataStorage)
    group: 'blob'
  }
  {
    name: 'data-table'
    target: resourceId('Microsoft.Storage/storageAccounts', names.dataStorage)
    group: 'table'
  }
  {
    name: 'queues'
    target: resourceId('Microsoft.ServiceBus/namespaces', names.serviceBus)
    group: 'namespace'
  }
  { name: 'vault', target: resourceId('Microsoft.KeyVault/vaults', names.vault), group: 'vault' }
  { name: 'app', target: resourceId('Microsoft.Web/sites', names.functionApp), group: 'sites' }
]

var zones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  namespace: 'privatelink.servicebus.windows.net'
  vault: 'privatelink.vaultcore.azure.net'
  sites: 'privatelink.azurewebsites.net'
}

module privateEndpoints 'modules/privateEndpoint.bicep' = [
  for endpoint in (profile.privateNetworking ? endpoints : []): {
    params: {
      name: endpoint.name
      location: location
      tags: tags
      subnetId: network.?outputs.endpointSubnetId ?? ''
      targetId: endpoint.target
      group: endpoint.group
      zoneName: zones[endpoint.group]
    }
    dependsOn: [hostStorage, dataStorage, messaging, vault, functionApp]
  }
]

module alerts 'modules/alerts.bicep' = {
  params: {
    names: names
    location: location
    tags: tags
    emails: alertEmails
    profile: profile
    budgetStartDate: budgetStartDate
    serviceBusId: messaging.outputs.id
    dataStorageId: dataStorage.outputs.id
    workspaceId: monitoring.outputs.workspaceId
  }
}

module workbook 'modules/workbook.bicep' = {
  params: {
    name: names.workbook
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
  }
}

output dataStorageName string = dataStorage.outputs.name
output functionAppName string = functionApp.outputs.name
output functionAppUrl string = functionApp.outputs.url

@description('What the onboarding of a subscription or management group needs to know.')
output onboarding Onboarding = {
  environmentName: environmentName
  tags: tags
  watchGroup: watch.group
  topicName: watch.topic
  eventSubscriptionName: watch.eventSubscription
  location: location
  functionId: '${functionApp.outputs.id}/functions/${declarations.eventGridFunction}'
  appPrincipalId: identities.outputs.app.principalId
  writerPrincipalId: identities.outputs.?writer.principalId ?? ''
  eventsIdentityId: identities.outputs.events.id
  eventQueueId: '${messaging.outputs.id}/queues/${declarations.eventQueue}'
  deadLetterStorageId: hostStorage.outputs.id
  deadLetterContainer: 'undelivered-events'
  actionGroupId: alerts.outputs.actionGroupId
  isPrivate: profile.privateNetworking
}
