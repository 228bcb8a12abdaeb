metadata description = 'Defender for Cloud sends what changes in this subscription to an event hub (continuous export). To be deployed into a resource group of the subscription: the automation lives there.'

import { Tags } from '../types.bicep'

@description('Resource id of the event hub.')
param hubId string

@description('Name of a shared access policy of the event hub that may send: Defender knows no other way.')
param sendPolicyName string

param location string = resourceGroup().location
param tags Tags = {}

var path = split(hubId, '/')

@description('What the product understands (src/features/security/exported).')
var eventSources = [
  'Alerts'
  'Assessments'
  'SubAssessments'
  'SecureScores'
  'SecureScoreControls'
  'RegulatoryComplianceAssessment'
]

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' existing = {
  name: path[8]
  scope: resourceGroup(path[2], path[4])

  resource hub 'eventhubs' existing = {
    name: last(path)

    resource policy 'authorizationRules' existing = {
      name: sendPolicyName
    }
  }
}

resource automation 'Microsoft.Security/automations@2023-12-01-preview' = {
  name: 'ExportToPolicyCortex'
  location: location
  tags: tags
  properties: {
    isEnabled: true
    scopes: [{ description: 'The whole subscription', scopePath: subscription().id }]
    sources: [for source in eventSources: { eventSource: source, ruleSets: [] }]
    actions: [
      {
        actionType: 'EventHub'
        eventHubResourceId: hubId
        connectionString: namespace::hub::policy.listKeys().primaryConnectionString
        isTrustedServiceEnabled: false
      }
    ]
  }
}
