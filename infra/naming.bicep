// The one place where names are made. Lengths and characters: test/infra/naming.test.ts runs these over random inputs.

var letters = 'abcdefghijklmnopqrstuvwxyz0123456789'

@description('a-z and 0-9 of the name, at most 20. Nothing else, since many resources may not end in a hyphen.')
func letterNumbers(environmentName string) string =>
  take(
    join(
      filter(
        map(range(0, length(environmentName)), i => toLower(substring(environmentName, i, 1))),
        character => contains(letters, character)
      ),
      ''
    ),
    20
  )

@export()
@description('The environment name as it may stand in any resource name; never empty.')
func slug(environmentName string) string =>
  empty(letterNumbers(environmentName)) ? 'env' : letterNumbers(environmentName)

@export()
@description('13 characters that keep names of one subscription, environment and region apart from all others.')
func token(subscriptionId string, environmentName string, location string) string =>
  uniqueString(subscriptionId, environmentName, location)

@export()
type Names = {
  functionApp: string
  plan: string
  hostStorage: string
  dataStorage: string
  serviceBus: string
  vault: string
  workspace: string
  insights: string
  workbook: string
  actionGroup: string
  budget: string
  alert: string
  network: string
  appIdentity: string
  eventsIdentity: string
  writerIdentity: string
}

@export()
@description('Every name in the resource group, from the slug and the token.')
func names(slug string, token string) Names => {
  functionApp: 'func-policycortex-${slug}-${token}'
  plan: 'plan-policycortex-${slug}'
  hostStorage: 'sthost${token}'
  dataStorage: 'stdata${token}'
  serviceBus: 'sb-policycortex-${token}'
  vault: 'kv-${token}'
  workspace: 'log-policycortex-${slug}'
  insights: 'appi-policycortex-${slug}'
  workbook: 'policycortex-${slug}'
  actionGroup: 'ag-policycortex-${slug}'
  budget: 'budget-policycortex-${slug}'
  alert: 'policycortex-${slug}'
  network: 'vnet-policycortex-${slug}'
  appIdentity: 'id-policycortex-${slug}-app'
  eventsIdentity: 'id-policycortex-${slug}-events'
  writerIdentity: 'id-policycortex-${slug}-writer'
}

@export()
func homeGroup(environmentName string) string => 'rg-policycortex-${slug(environmentName)}'

@export()
@description('Resource group of the Event Grid topic in each watched subscription.')
func watchGroup(environmentName string) string => 'rg-policycortex-${slug(environmentName)}-watch'

@export()
func topicName(environmentName string) string => 'evgt-policycortex-${slug(environmentName)}'

@export()
func eventSubscriptionName(environmentName string) string => 'policycortex-${slug(environmentName)}'
