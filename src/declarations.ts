import { auditTable } from '#features/audit/index.ts';
import { complianceTable, evaluationsQueue } from '#features/compliance/index.ts';
import { connectorsQueue, connectorsTable } from '#features/connectors/index.ts';
import { costsTable } from '#features/cost/index.ts';
import { deploymentBlobs, deploymentsQueue, deploymentsTable } from '#features/deployments/index.ts';
import { directoryTable } from '#features/directory/index.ts';
import { refreshQueue, resourceEventsQueue, syncQueue } from '#features/discovery/index.ts';
import { eventsQueue } from '#features/events/index.ts';
import { governanceBlobs, governanceTable, policySyncQueue } from '#features/governance/index.ts';
import { idempotencyTable } from '#features/idempotency/index.ts';
import { keysTable, peopleTable } from '#features/identity/index.ts';
import { inventoryBlobs, inventoryTable, segmentsTable, snapshotBlobs } from '#features/inventory/index.ts';
import { jobsTable } from '#features/jobs/index.ts';
import { limitsTable } from '#features/limits/index.ts';
import { metricsTable } from '#features/metrics/index.ts';
import { activityTable, healthTable, resourceMetricsTable } from '#features/monitor/index.ts';
import { agreementTable } from '#features/policyInsights/index.ts';
import { remediationsQueue, remediationsTable } from '#features/remediation/index.ts';
import { alertsQueue, securityTable } from '#features/security/index.ts';
import { deliveriesQueue, deliveriesTable, webhooksTable } from '#features/webhooks/index.ts';
import type { ContainerDeclaration } from '#platform/blobs.ts';
import type { QueueDeclaration } from '#platform/queues.ts';
import type { TableDeclaration } from '#platform/tables.ts';

/** Every table, container and queue of the product: local mode creates these, the docs and the Bicep check read them. */
export const tables: readonly TableDeclaration[] = [
  inventoryTable,
  segmentsTable,
  jobsTable,
  keysTable,
  peopleTable,
  idempotencyTable,
  limitsTable,
  auditTable,
  directoryTable,
  webhooksTable,
  deliveriesTable,
  governanceTable,
  complianceTable,
  metricsTable,
  connectorsTable,
  securityTable,
  agreementTable,
  activityTable,
  healthTable,
  resourceMetricsTable,
  costsTable,
  deploymentsTable,
  remediationsTable,
];
export const containers: readonly ContainerDeclaration[] = [
  inventoryBlobs,
  snapshotBlobs,
  governanceBlobs,
  deploymentBlobs,
];
export const queues: readonly QueueDeclaration[] = [
  syncQueue,
  resourceEventsQueue,
  refreshQueue,
  eventsQueue,
  evaluationsQueue,
  deliveriesQueue,
  connectorsQueue,
  alertsQueue,
  policySyncQueue,
  deploymentsQueue,
  remediationsQueue,
];
