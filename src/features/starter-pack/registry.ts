import type { StarterDefinition } from './definition.ts';
import { storageCrossTenantReplication } from './storage/cross-tenant-replication.ts';
import { storageCurrentGeneration } from './storage/current-generation.ts';
import { storageCustomerManagedKey } from './storage/customer-managed-key.ts';
import { storageInfrastructureEncryption } from './storage/infrastructure-encryption.ts';
import { storageMinimumTls } from './storage/minimum-tls.ts';
import { storageNetworkDefaultDeny } from './storage/network-default-deny.ts';
import { storagePublicBlobAccess } from './storage/public-blob-access.ts';
import { storageSasExpiry } from './storage/sas-expiry.ts';
import { storageSecureTransfer } from './storage/secure-transfer.ts';
import { storageSharedKeyAccess } from './storage/shared-key-access.ts';

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
];
