metadata description = 'The function app on Flex Consumption: HTTP, each queue and each timer scale apart.'

import { Names } from '../naming.bicep'
import { Profile } from '../profiles.bicep'
import { Callers, Identity, SecurityExport, Tags } from '../types.bicep'

param names Names
param location string
param tags Tags
param profile Profile
param nodeVersion string

@description('Functions that scale on their own, by kind of trigger; HTTP and Event Grid have no say in names.')
param functions { queues: string[], timers: string[] }

param identity Identity

@description('Identity that may write to the estate; null where writing is off.')
param writer Identity?

param callers Callers
param securityExport SecurityExport

param hostStorageName string
param dataStorageName string
param serviceBusHost string
param insightsName string
param vaultName string
param watchedTenantId string
param watchedSubscriptionIds string[]

@description('Empty: no network integration.')
param appSubnetId string

param deployerAddresses string[]
param workspaceId string

resource hostStorage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: hostStorageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

var isPrivate = !empty(appSubnetId)

@description('What the Functions platform itself reads.')
var platformSettings = {
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.clientId};Authorization=AAD'
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
  AzureWebJobsStorage__blobServiceUri: hostStorage.properties.primaryEndpoints.blob
  AzureWebJobsStorage__clientId: identity.clientId
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__queueServiceUri: hostStorage.properties.primaryEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: hostStorage.properties.primaryEndpoints.table
  // A package that cannot start fails its deployment instead of running without functions.
  FUNCTIONS_NODE_BLOCK_ON_ENTRY_POINT_ERROR: 'true'
  ServiceBus__clientId: identity.clientId
  ServiceBus__credential: 'managedidentity'
}

@description('docs/settings.md')
var productSettings = {
  AZURE_CLIENT_ID: identity.clientId
  AZURE_RESOURCE_MANAGER_ENDPOINT: take(
    environment().resourceManager,
    length(environment().resourceManager) - 1
  )
  AZURE_SUBSCRIPTION_IDS: join(watchedSubscriptionIds, ',')
  AZURE_WRITER_CLIENT_ID: writer.?clientId ?? ''
  CORS_ORIGINS: callers.corsOrigins
  ENTRA_AUDIENCES: callers.entraAudiences
  ENTRA_TENANT_IDS: callers.entraTenantIds
  GITHUB_AUDIENCE: callers.githubAudience
  KEY_VAULT_URL: 'https://${vaultName}${environment().suffixes.keyvaultDns}'
  SIGN_IN_CLIENT_ID: callers.signInClientId
  SIGN_IN_CLIENT_SECRET: empty(callers.signInSecretName)
    ? ''
    : '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=${callers.signInSecretName})'
  STORAGE_BLOB_ENDPOINT: 'https://${dataStorageName}.blob.${environment().suffixes.storage}'
  STORAGE_TABLE_ENDPOINT: 'https://${dataStorageName}.table.${environment().suffixes.storage}'
  ServiceBus__fullyQualifiedNamespace: serviceBusHost
  TENANT_ID: watchedTenantId
}

@description('How the trigger of continuous export reaches its event hub; nothing where there is none.')
var exportSettings = empty(securityExport.hubId)
  ? {}
  : {
      SECURITY_EXPORT_CONSUMER_GROUP: securityExport.consumerGroup
      SECURITY_EXPORT_HUB: last(split(securityExport.hubId, '/'))
      SecurityExport__clientId: identity.clientId
      SecurityExport__credential: 'managedidentity'
      SecurityExport__fullyQualifiedNamespace: '${split(securityExport.hubId, '/')[8]}.servicebus.windows.net'
    }

var alwaysReady = filter(
  concat(
    [{ name: 'http', instanceCount: profile.alwaysReady.http }],
    map(functions.queues, name => { name: 'function:${name}', instanceCount: profile.alwaysReady.queues }),
    map(functions.timers, name => { name: 'function:${name}', instanceCount: profile.alwaysReady.timers })
  ),
  group => group.instanceCount > 0
)

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: names.plan
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true, zoneRedundant: profile.zoneRedundant }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: names.functionApp
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: writer == null
      ? { '${identity.id}': {} }
      : { '${identity.id}': {}, '${writer!.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    // Private: by its private endpoint alone. Addresses that may deploy open a door that lets nothing else in.
    publicNetworkAccess: isPrivate && empty(deployerAddresses) ? 'Disabled' : 'Enabled'
    virtualNetworkSubnetId: isPrivate ? appSubnetId : null
    keyVaultReferenceIdentity: identity.id
    siteConfig: {
      minTlsVersion: '1.2'
      ipSecurityRestrictionsDefaultAction: isPrivate ? 'Deny' : 'Allow'
      scmIpSecurityRestrictionsUseMain: false
      scmIpSecurityRestrictionsDefaultAction: isPrivate ? 'Deny' : 'Allow'
      scmIpSecurityRestrictions: [
        for (address, i) in (isPrivate ? deployerAddresses : []): {
          name: 'deployer-${i}'
          priority: 100 + i
          action: 'Allow'
          ipAddress: address
        }
      ]
    }
    functionAppConfig: {
      runtime: { name: 'node', version: nodeVersion }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostStorage.properties.primaryEndpoints.blob}packages'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: profile.instanceMemoryMB
        maximumInstanceCount: profile.maximumInstanceCount
        alwaysReady: alwaysReady
        triggers: { http: { perInstanceConcurrency: profile.httpConcurrency } }
      }
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: union(
      platformSettings,
      productSettings,
      exportSettings,
      {
        PUBLIC_URL: empty(callers.publicUrl) ? 'https://${app.properties.defaultHostName}' : callers.publicUrl
      },
      profile.settings
    )
  }

  resource noPasswordForScm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource noPasswordForFtp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }
}

// The logs of functions reach the workspace through Application Insights; here, only what it does not carry.
#disable-next-line use-recent-api-versions // the only version with categories and metrics
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AppServiceAuthenticationLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = app.id
output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
