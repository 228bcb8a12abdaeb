import { webAppClientCertificates } from './app-service/client-certificates.ts';
import { webAppCors } from './app-service/cors.ts';
import { webAppFtps } from './app-service/ftps.ts';
import { webAppHttp2 } from './app-service/http2.ts';
import { webAppHttpsOnly } from './app-service/https-only.ts';
import { webAppManagedIdentity } from './app-service/managed-identity.ts';
import { webAppMinimumTls } from './app-service/minimum-tls.ts';
import { webAppRemoteDebugging } from './app-service/remote-debugging.ts';
import { webAppSlotHttpsOnly } from './app-service/slot-https-only.ts';
import { webAppSupportedRuntime } from './app-service/supported-runtime.ts';
import { recoveryVaultImmutability } from './backup/recovery-vault-immutability.ts';
import { recoveryVaultSoftDelete } from './backup/recovery-vault-soft-delete.ts';
import { diskCustomerManagedKey } from './compute/disk-customer-managed-key.ts';
import { diskPublicNetworkAccess } from './compute/disk-public-network-access.ts';
import { snapshotPublicNetworkAccess } from './compute/snapshot-public-network-access.ts';
import { vmBootDiagnostics } from './compute/vm-boot-diagnostics.ts';
import { vmCurrentGeneration } from './compute/vm-current-generation.ts';
import { vmEncryptionAtHost } from './compute/vm-encryption-at-host.ts';
import { vmLinuxSshKeys } from './compute/vm-linux-ssh-keys.ts';
import { vmManagedDisks } from './compute/vm-managed-disks.ts';
import { vmPeriodicAssessment } from './compute/vm-periodic-assessment.ts';
import { vmSecureBoot } from './compute/vm-secure-boot.ts';
import { vmTrustedLaunch } from './compute/vm-trusted-launch.ts';
import { vmWindowsAutomaticUpdates } from './compute/vm-windows-automatic-updates.ts';
import { vmssAutomaticOsUpgrade } from './compute/vmss-automatic-os-upgrade.ts';
import { vmssLinuxSshKeys } from './compute/vmss-linux-ssh-keys.ts';
import { containerAppHttpsOnly } from './container-apps/https-only.ts';
import { containerRegistryAdminAccount } from './container-registry/admin-account.ts';
import { containerRegistryAnonymousPull } from './container-registry/anonymous-pull.ts';
import { containerRegistryNetworkAccess } from './container-registry/network-access.ts';
import { cosmosDbFirewall } from './cosmos-db/firewall.ts';
import { cosmosDbKeyMetadataWrites } from './cosmos-db/key-metadata-writes.ts';
import { cosmosDbLocalAuthentication } from './cosmos-db/local-authentication.ts';
import { cosmosDbMinimumTls } from './cosmos-db/minimum-tls.ts';
import { appServicePlanEmpty } from './cost/app-service-plan-empty.ts';
import { diskUnattached } from './cost/disk-unattached.ts';
import { networkInterfaceOrphaned } from './cost/network-interface-orphaned.ts';
import { publicIpUnattached } from './cost/public-ip-unattached.ts';
import { snapshotIncremental } from './cost/snapshot-incremental.ts';
import type { StarterDefinition } from './definition.ts';
import { aiServicesLocalAuthentication } from './identity/ai-services-local-authentication.ts';
import { automationLocalAuthentication } from './identity/automation-local-authentication.ts';
import { containerAppManagedIdentity } from './identity/container-app-managed-identity.ts';
import { keyVaultAllPermissions } from './key-vault/all-permissions.ts';
import { keyVaultFirewall } from './key-vault/firewall.ts';
import { keyVaultPrivateEndpoint } from './key-vault/private-endpoint.ts';
import { keyVaultPurgeProtection } from './key-vault/purge-protection.ts';
import { keyVaultRbac } from './key-vault/rbac.ts';
import { keyVaultRetention } from './key-vault/retention.ts';
import { keyVaultSoftDelete } from './key-vault/soft-delete.ts';
import { aksApiServerAccess } from './kubernetes/api-server-access.ts';
import { aksAutomaticUpgrade } from './kubernetes/automatic-upgrade.ts';
import { aksAzurePolicyAddOn } from './kubernetes/azure-policy-add-on.ts';
import { aksDefender } from './kubernetes/defender.ts';
import { aksEncryptionAtHost } from './kubernetes/encryption-at-host.ts';
import { aksEntraIntegration } from './kubernetes/entra-integration.ts';
import { aksLocalAccounts } from './kubernetes/local-accounts.ts';
import { aksNetworkPolicy } from './kubernetes/network-policy.ts';
import { aksNodePublicIp } from './kubernetes/node-public-ip.ts';
import { aksRbac } from './kubernetes/rbac.ts';
import { locationAllowed } from './locations/allowed.ts';
import { eventHubsLocalAuthentication } from './messaging/event-hubs-local-authentication.ts';
import { eventHubsMinimumTls } from './messaging/event-hubs-minimum-tls.ts';
import { serviceBusLocalAuthentication } from './messaging/service-bus-local-authentication.ts';
import { serviceBusMinimumTls } from './messaging/service-bus-minimum-tls.ts';
import { logAnalyticsRetention } from './monitoring/log-analytics-retention.ts';
import { applicationGatewayTls } from './network/application-gateway-tls.ts';
import { applicationGatewayWaf } from './network/application-gateway-waf.ts';
import { loadBalancerStandardSku } from './network/load-balancer-standard-sku.ts';
import { networkInterfaceIpForwarding } from './network/network-interface-ip-forwarding.ts';
import { networkInterfacePublicIp } from './network/network-interface-public-ip.ts';
import { nsgAllPortsFromInternet } from './network/nsg-all-ports-from-internet.ts';
import { nsgDatabasesFromInternet } from './network/nsg-databases-from-internet.ts';
import { nsgHttpFromInternet } from './network/nsg-http-from-internet.ts';
import { nsgRdpFromInternet } from './network/nsg-rdp-from-internet.ts';
import { nsgSshFromInternet } from './network/nsg-ssh-from-internet.ts';
import { nsgUdpFromInternet } from './network/nsg-udp-from-internet.ts';
import { publicIpStandardSku } from './network/public-ip-standard-sku.ts';
import { subnetNetworkSecurityGroup } from './network/subnet-network-security-group.ts';
import { vnetDdosProtection } from './network/vnet-ddos-protection.ts';
import { wafPolicyEnabled } from './network/waf-policy-enabled.ts';
import { wafPreventionMode } from './network/waf-prevention-mode.ts';
import { postgresqlEntraAuthentication } from './postgresql/entra-authentication.ts';
import { postgresqlGeoRedundantBackup } from './postgresql/geo-redundant-backup.ts';
import { postgresqlPublicNetworkAccess } from './postgresql/public-network-access.ts';
import { postgresqlSupportedVersion } from './postgresql/supported-version.ts';
import { redisAccessKeys } from './redis/access-keys.ts';
import { redisMinimumTls } from './redis/minimum-tls.ts';
import { redisPublicNetworkAccess } from './redis/public-network-access.ts';
import { redisSecureConnections } from './redis/secure-connections.ts';
import { sqlDatabaseZoneRedundancy } from './sql/database-zone-redundancy.ts';
import { sqlEntraAdministrator } from './sql/entra-administrator.ts';
import { sqlEntraOnlyAuthentication } from './sql/entra-only-authentication.ts';
import { sqlMinimumTls } from './sql/minimum-tls.ts';
import { sqlPublicNetworkAccess } from './sql/public-network-access.ts';
import { storageCrossTenantReplication } from './storage/cross-tenant-replication.ts';
import { storageCurrentGeneration } from './storage/current-generation.ts';
import { storageCustomerManagedKey } from './storage/customer-managed-key.ts';
import { storageInfrastructureEncryption } from './storage/infrastructure-encryption.ts';
import { storageMinimumTls } from './storage/minimum-tls.ts';
import { storageNetworkDefaultDeny } from './storage/network-default-deny.ts';
import { storagePrivateEndpoint } from './storage/private-endpoint.ts';
import { storagePublicBlobAccess } from './storage/public-blob-access.ts';
import { storageSasExpiry } from './storage/sas-expiry.ts';
import { storageSecureTransfer } from './storage/secure-transfer.ts';
import { storageSharedKeyAccess } from './storage/shared-key-access.ts';
import { storageTrustedServices } from './storage/trusted-services.ts';
import { tagCostCenter } from './tags/cost-center.ts';
import { tagEnvironment } from './tags/environment.ts';
import { tagEnvironmentValue } from './tags/environment-value.ts';
import { tagOwner } from './tags/owner.ts';

/** Every definition of the pack, by service. */
export const starterDefinitions: readonly StarterDefinition[] = [
  storagePublicBlobAccess,
  storageSecureTransfer,
  storageMinimumTls,
  storageNetworkDefaultDeny,
  storageSharedKeyAccess,
  storageCrossTenantReplication,
  storageSasExpiry,
  storageInfrastructureEncryption,
  storageCustomerManagedKey,
  storageCurrentGeneration,
  storageTrustedServices,
  storagePrivateEndpoint,
  vmManagedDisks,
  vmTrustedLaunch,
  vmSecureBoot,
  vmEncryptionAtHost,
  vmLinuxSshKeys,
  vmBootDiagnostics,
  vmPeriodicAssessment,
  vmWindowsAutomaticUpdates,
  vmCurrentGeneration,
  vmssAutomaticOsUpgrade,
  vmssLinuxSshKeys,
  diskPublicNetworkAccess,
  diskCustomerManagedKey,
  snapshotPublicNetworkAccess,
  sqlPublicNetworkAccess,
  sqlMinimumTls,
  sqlEntraAdministrator,
  sqlEntraOnlyAuthentication,
  sqlDatabaseZoneRedundancy,
  keyVaultPurgeProtection,
  keyVaultSoftDelete,
  keyVaultRetention,
  keyVaultFirewall,
  keyVaultRbac,
  keyVaultPrivateEndpoint,
  keyVaultAllPermissions,
  nsgSshFromInternet,
  nsgRdpFromInternet,
  nsgDatabasesFromInternet,
  nsgHttpFromInternet,
  nsgUdpFromInternet,
  nsgAllPortsFromInternet,
  subnetNetworkSecurityGroup,
  vnetDdosProtection,
  networkInterfaceIpForwarding,
  networkInterfacePublicIp,
  publicIpStandardSku,
  loadBalancerStandardSku,
  applicationGatewayWaf,
  applicationGatewayTls,
  wafPreventionMode,
  wafPolicyEnabled,
  webAppHttpsOnly,
  webAppSlotHttpsOnly,
  webAppMinimumTls,
  webAppFtps,
  webAppRemoteDebugging,
  webAppCors,
  webAppManagedIdentity,
  webAppHttp2,
  webAppClientCertificates,
  webAppSupportedRuntime,
  containerAppHttpsOnly,
  aksRbac,
  aksApiServerAccess,
  aksAzurePolicyAddOn,
  aksLocalAccounts,
  aksEntraIntegration,
  aksNetworkPolicy,
  aksDefender,
  aksAutomaticUpgrade,
  aksEncryptionAtHost,
  aksNodePublicIp,
  containerRegistryAdminAccount,
  containerRegistryAnonymousPull,
  containerRegistryNetworkAccess,
  cosmosDbFirewall,
  cosmosDbLocalAuthentication,
  cosmosDbMinimumTls,
  cosmosDbKeyMetadataWrites,
  postgresqlPublicNetworkAccess,
  postgresqlGeoRedundantBackup,
  postgresqlEntraAuthentication,
  postgresqlSupportedVersion,
  redisSecureConnections,
  redisMinimumTls,
  redisAccessKeys,
  redisPublicNetworkAccess,
  serviceBusLocalAuthentication,
  serviceBusMinimumTls,
  eventHubsLocalAuthentication,
  eventHubsMinimumTls,
  aiServicesLocalAuthentication,
  automationLocalAuthentication,
  containerAppManagedIdentity,
  recoveryVaultSoftDelete,
  recoveryVaultImmutability,
  logAnalyticsRetention,
  tagOwner,
  tagCostCenter,
  tagEnvironment,
  tagEnvironmentValue,
  locationAllowed,
  diskUnattached,
  snapshotIncremental,
  publicIpUnattached,
  appServicePlanEmpty,
  networkInterfaceOrphaned,
];
