import { type Edit, switchBetween } from '../edit.ts';

function setting(type: string, property: string, values: readonly (string | boolean)[]): Edit {
  return {
    name: `${type.split('/').at(-1)}.${property}`,
    types: [type],
    apply: switchBetween(property, values),
  };
}

const onOff = ['Enabled', 'Disabled'];

/** Single settings that people turn on and off. */
export const settings: readonly Edit[] = [
  setting('microsoft.storage/storageaccounts', 'minimumTlsVersion', ['TLS1_0', 'TLS1_1', 'TLS1_2']),
  setting('microsoft.storage/storageaccounts', 'allowBlobPublicAccess', [true, false]),
  setting('microsoft.storage/storageaccounts', 'supportsHttpsTrafficOnly', [true, false]),
  setting('microsoft.storage/storageaccounts', 'allowSharedKeyAccess', [true, false]),
  setting('microsoft.sql/servers', 'publicNetworkAccess', onOff),
  setting('microsoft.sql/servers', 'minimalTlsVersion', ['1.0', '1.2']),
  setting('microsoft.keyvault/vaults', 'enablePurgeProtection', [true]),
  setting('microsoft.keyvault/vaults', 'publicNetworkAccess', onOff),
  setting('microsoft.web/sites', 'httpsOnly', [true, false]),
  setting('microsoft.web/sites', 'clientCertEnabled', [true, false]),
  setting('microsoft.documentdb/databaseaccounts', 'publicNetworkAccess', onOff),
  setting('microsoft.documentdb/databaseaccounts', 'disableLocalAuth', [true, false]),
  setting('microsoft.containerregistry/registries', 'adminUserEnabled', [true, false]),
  setting('microsoft.cache/redis', 'enableNonSslPort', [true, false]),
  setting('microsoft.servicebus/namespaces', 'disableLocalAuth', [true, false]),
  setting('microsoft.eventhub/namespaces', 'disableLocalAuth', [true, false]),
  setting('microsoft.containerservice/managedclusters', 'disableLocalAccounts', [true, false]),
  setting('microsoft.containerservice/managedclusters', 'kubernetesVersion', ['1.29.13', '1.30.9', '1.31.7']),
  setting('microsoft.compute/disks', 'networkAccessPolicy', ['AllowAll', 'DenyAll']),
  setting('microsoft.recoveryservices/vaults', 'publicNetworkAccess', onOff),
];
