metadata description = 'The app may read the event hub that continuous export goes to; the hub is the user’s own.'

import { roleIds, appOnExportHub } from '../roles.bicep'

param namespaceName string
param hubName string

@description('Resource id of the identity of the app.')
param appIdentityId string

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: last(split(appIdentityId, '/'))
  scope: resourceGroup(split(appIdentityId, '/')[2], split(appIdentityId, '/')[4])
}

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' existing = {
  name: namespaceName

  resource hub 'eventhubs' existing = {
    name: hubName
  }
}

resource hubRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in appOnExportHub: {
    scope: namespace::hub
    name: guid(namespace::hub.id, app.id, roleIds[role])
    properties: {
      principalId: app.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]
