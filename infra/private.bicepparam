using 'main.bicep'
import { profiles } from 'profiles.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'private')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param profile = profiles.private
param alertEmails = filter(
  split(readEnvironmentVariable('ALERT_EMAILS', ''), ','),
  address => !empty(address)
)
param watchedSubscriptionIds = filter(
  split(readEnvironmentVariable('WATCHED_SUBSCRIPTION_IDS', ''), ','),
  id => !empty(id)
)
param owner = readEnvironmentVariable('OWNER', 'policycortex')
param costCenter = readEnvironmentVariable('COST_CENTER', 'policycortex')
param callers = {
  entraAudiences: readEnvironmentVariable('ENTRA_AUDIENCES', '')
  entraTenantIds: readEnvironmentVariable('ENTRA_TENANT_IDS', '')
  githubAudience: readEnvironmentVariable('GITHUB_AUDIENCE', '')
  publicUrl: readEnvironmentVariable('PUBLIC_URL', '')
  signInClientId: readEnvironmentVariable('SIGN_IN_CLIENT_ID', '')
  signInSecretName: readEnvironmentVariable('SIGN_IN_SECRET_NAME', '')
  corsOrigins: readEnvironmentVariable('CORS_ORIGINS', '')
}
param enableWriting = readEnvironmentVariable('ENABLE_WRITING', 'false') == 'true'
param securityExportHubId = readEnvironmentVariable('SECURITY_EXPORT_HUB_ID', '')
param securityExportConsumerGroup = readEnvironmentVariable('SECURITY_EXPORT_CONSUMER_GROUP', '$Default')
param budgetStartDate = readEnvironmentVariable('BUDGET_START_DATE', '')
param recoverVault = readEnvironmentVariable('RECOVER_VAULT', 'false') == 'true'
param deployerAddresses = filter(
  split(readEnvironmentVariable('DEPLOYER_ADDRESSES', ''), ','),
  address => !empty(address)
)
