targetScope = 'subscription'

metadata description = 'PolicyCortex: from an empty subscription to a running, least-privilege system.'

import { homeGroup, slug, token, names, watchGroup, topicName, eventSubscriptionName } from 'naming.bicep'
import { Profile } from 'profiles.bicep'
import { Callers } from 'types.bicep'

@minLength(1)
@maxLength(20)
@description('Name of this installation, such as dev or prod.')
param environmentName string

@description('Region of every resource.')
param location string

@description('What differs between a small and a large installation.')
param profile Profile

@description('Microsoft Entra tenant whose subscriptions are watched.')
param watchedTenantId string = tenant().tenantId

@description('Watch only these subscriptions. Empty: every one that was onboarded.')
param watchedSubscriptionIds string[] = []

@description('Who is told of alerts and of the budget.')
param alertEmails string[]

@description('Who answers for the resources; a tag of each.')
param owner string = 'policycortex'

@description('Who pays for the resources; a tag of each.')
param costCenter string = 'policycortex'

@description('Who may call beside API keys.')
param callers Callers

@description('Makes the identity that may write to the estate. It still gets no role there before it is onboarded with --write.')
param enableWriting bool = false

@description('Event hub (resource id) that continuous export of Defender for Cloud goes to. Empty: Defender is only read.')
param securityExportHubId string = ''

@description('Consumer group of that event hub.')
param securityExportConsumerGroup string = '$Default'

@description('Node.js of the Functions runtime.')
param nodeVersion '22' | '24' = '22'

@description('First day of the month from which the budget counts, yyyy-MM-01; it may not change afterwards. Empty: this month.')
param budgetStartDate string = ''

@description('Addresses (CIDR) that may deploy code where networking is private.')
param deployerAddresses string[] = []

@description('True where a vault of this name was deleted before and must come back (purge protection keeps the name).')
param recoverVault bool = false

param thisMonth string = utcNow('yyyy-MM-01')

var tags = {
  'azd-env-name': environmentName
  application: 'policycortex'
  costCenter: costCenter
  environment: profile.environment
  owner: owner
}

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: homeGroup(environmentName)
  location: location
  tags: tags
}

module system 'system.bicep' = {
  // A fixed name: scripts/infra/onboard.ts reads the outputs of this deployment.
  name: 'policycortex'
  scope: group
  params: {
    names: names(slug(environmentName), token(subscription().subscriptionId, environmentName, location))
    environmentName: environmentName
    location: location
    tags: tags
    profile: profile
    watchedTenantId: watchedTenantId
    watchedSubscriptionIds: watchedSubscriptionIds
    alertEmails: alertEmails
    enableWriting: enableWriting
    callers: callers
    securityExport: { hubId: securityExportHubId, consumerGroup: securityExportConsumerGroup }
    nodeVersion: nodeVersion
    budgetStartDate: empty(budgetStartDate) ? thisMonth : budgetStartDate
    deployerAddresses: deployerAddresses
    recoverVault: recoverVault
    watch: {
      group: watchGroup(environmentName)
      topic: topicName(environmentName)
      eventSubscription: eventSubscriptionName(environmentName)
    }
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output DATA_STORAGE_ACCOUNT string = system.outputs.dataStorageName
output FUNCTION_APP_NAME string = system.outputs.functionAppName
output FUNCTION_APP_URL string = system.outputs.functionAppUrl
