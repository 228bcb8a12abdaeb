targetScope = 'subscription'

metadata description = 'What the identities may do on a subscription. What is assigned stands in ../roles.bicep.'

import { roleIds, appOnEstate, writerOnEstate } from '../roles.bicep'

param appPrincipalId string

@description('Empty: no writing.')
param writerPrincipalId string = ''

resource appRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in appOnEstate: {
    name: guid(subscription().id, appPrincipalId, roleIds[role])
    properties: {
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]

resource writerRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in (empty(writerPrincipalId) ? [] : writerOnEstate): {
    name: guid(subscription().id, writerPrincipalId, roleIds[role])
    properties: {
      principalId: writerPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]
