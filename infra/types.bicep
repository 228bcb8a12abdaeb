@export()
type Tags = {
  *: string
}

@export()
@description('Who may call beside API keys, as docs/identity.md says; empty: nobody. Lists are comma separated.')
type Callers = {
  entraAudiences: string
  entraTenantIds: string
  githubAudience: string
  @description('Empty: the address of the function app.')
  publicUrl: string
  signInClientId: string
  @description('Name of a secret of the vault that holds the client secret. Empty: a public client.')
  signInSecretName: string
  corsOrigins: string
}

@export()
@description('Continuous export of Defender for Cloud.')
type SecurityExport = {
  @description('Resource id of the event hub. Empty: none.')
  hubId: string
  consumerGroup: string
}

@export()
type Identity = {
  id: string
  clientId: string
  principalId: string
}
