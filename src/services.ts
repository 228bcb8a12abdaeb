import { Audit, auditRoutes } from '#features/audit/index.ts';
import { Compliance, complianceRoutes } from '#features/compliance/index.ts';
import { Connectors, connectorRoutes } from '#features/connectors/index.ts';
import { createCost } from '#features/cost/index.ts';
import {
  DeploymentStore,
  Deployments,
  deploymentRoutes,
  noBicep,
  SecureValues,
} from '#features/deployments/index.ts';
import { Diagnosis, diagnosisRoutes } from '#features/diagnosis/index.ts';
import { Directory, scimRoutes } from '#features/directory/index.ts';
import { ApiVersions, Discovery, discoveryRoutes, EstateReader } from '#features/discovery/index.ts';
import { Governance, governanceRoutes, PolicySync } from '#features/governance/index.ts';
import { Idempotency } from '#features/idempotency/index.ts';
import { Identity, identityRoutes, type OidcOptions, type SignInOptions } from '#features/identity/index.ts';
import {
  Catalogue,
  Inventory,
  InventoryStore,
  inventoryRoutes,
  ownerOf,
  Publisher,
  resourceKey,
  segmentOf,
} from '#features/inventory/index.ts';
import { JobStore } from '#features/jobs/index.ts';
import { Limits } from '#features/limits/index.ts';
import { inventorySource, MetricStore, Metrics, metricRoutes } from '#features/metrics/index.ts';
import { ActivityStore, createMonitor, StoredAttributions } from '#features/monitor/index.ts';
import { createPolicyInsights } from '#features/policyInsights/index.ts';
import { createRemediations, remediationRoutes } from '#features/remediation/index.ts';
import { createSecurity } from '#features/security/index.ts';
import { Sender, Webhooks, webhookRoutes } from '#features/webhooks/index.ts';
import { Api } from '#http/api.ts';
import { healthRoutes } from '#http/health.ts';
import { openApiRoute } from '#http/openapi.ts';
import { featuresOf } from '#http/principal.ts';
import type { Route } from '#http/route.ts';
import { AzureDeployments } from '#platform/azureDeployments.ts';
import { AzurePolicy } from '#platform/azurePolicy.ts';
import { compileBicep } from '#platform/bicepCompiler.ts';
import { Blobs } from '#platform/blobs.ts';
import { systemClock } from '#platform/clock.ts';
import { azureCredential } from '#platform/credential.ts';
import { encryptedSecrets } from '#platform/encryptedSecrets.ts';
import { setLogLevel } from '#platform/log.ts';
import { Queues } from '#platform/queues.ts';
import { ResourceManager } from '#platform/resourceManager.ts';
import { keyVaultSecrets, noSecrets } from '#platform/secrets.ts';
import { Tables } from '#platform/tables.ts';
import { startTelemetry } from '#platform/telemetry.ts';
import manifest from '../package.json' with { type: 'json' };
import { containers, queues as queueDeclarations, tables as tableDeclarations } from './declarations.ts';
import { migrations } from './migrations.ts';
import type { Settings } from './settings.ts';

export type Services = ReturnType<typeof createServices>;

/** Wires every port and feature, once a process. Opens no connection yet. */
export function createServices(settings: Settings) {
  setLogLevel(settings.LOG_LEVEL);
  const clock = systemClock;
  const credential = azureCredential(settings.AZURE_CLIENT_ID);
  const connectionString = settings.STORAGE_CONNECTION_STRING;
  const tables = new Tables({
    connectionString,
    endpoint: settings.STORAGE_TABLE_ENDPOINT,
    credential,
    migrations,
  });
  const blobs = new Blobs({ connectionString, endpoint: settings.STORAGE_BLOB_ENDPOINT, credential });
  const queues = new Queues({
    connectionString: settings.ServiceBus,
    namespace: settings.ServiceBus__fullyQualifiedNamespace,
    credential,
  });
  const azure = new ResourceManager({ endpoint: settings.AZURE_RESOURCE_MANAGER_ENDPOINT, credential });
  const publisher = new Publisher(queues);
  const published = () => publisher.flush();
  const storeOf = perTenant((tenantId) => new InventoryStore(tenantId, { tables, blobs, clock, publisher }));
  const catalogueOf = perTenant(
    (tenantId) => new Catalogue(storeOf(tenantId), { clock, freshnessMs: settings.INDEX_FRESHNESS_MS }),
  );
  const activityOf = perTenant((tenantId) => new ActivityStore(tenantId, tables));
  const inventoryOf = perTenant(
    (tenantId) =>
      new Inventory({
        store: storeOf(tenantId),
        catalogue: catalogueOf(tenantId),
        clock,
        retentionDays: settings.HISTORY_RETENTION_DAYS,
        published,
        attributions: new StoredAttributions(activityOf(tenantId)),
      }),
  );
  const jobsOf = perTenant((tenantId) => new JobStore(tenantId, { tables, clock }));
  const governanceOf = perTenant(
    (tenantId) =>
      new Governance(tenantId, {
        tables,
        blobs,
        queues,
        clock,
        estate: estateOf(storeOf(tenantId)),
        isStarterPackAssigned: settings.STARTER_PACK_ASSIGNED,
      }),
  );
  const compliance = new Compliance({ tables, queues, clock, storeOf, catalogueOf, governanceOf, jobsOf });
  const policySync = new PolicySync({
    queues,
    azure: new AzurePolicy({ endpoint: settings.AZURE_RESOURCE_MANAGER_ENDPOINT, credential }),
    clock,
    governanceOf,
    jobsOf,
    estateTenantId: settings.TENANT_ID,
  });
  const apiVersions = new ApiVersions(azure);
  const discovery = new Discovery({
    tables,
    queues,
    azure,
    apiVersions,
    reader: new EstateReader({ azure, apiVersions }),
    clock,
    storeOf,
    jobsOf,
    published,
    graphLagSeconds: settings.GRAPH_LAG_SECONDS,
    estateTenantId: settings.TENANT_ID,
    onlySubscriptions: settings.AZURE_SUBSCRIPTION_IDS,
  });
  const audit = new Audit({ tables, clock, deploymentTenantId: settings.TENANT_ID });
  const directory = new Directory({ tables, clock });
  const identity: Identity = new Identity({
    tables,
    clock,
    features: () => featuresOf(routes),
    findUser: (tenantId, who) => directory.findUser(tenantId, who),
    oidc: toOidcOptions(settings),
    signIn: toSignInOptions(settings),
  });
  const urlPolicy = {
    ports: settings.WEBHOOK_PORTS,
    allowHttp: settings.WEBHOOK_ALLOW_HTTP && connectionString !== undefined,
    allowLoopback: settings.WEBHOOK_ALLOW_LOOPBACK && connectionString !== undefined,
  };
  const localSecrets = connectionString ? encryptedSecrets(settings.SECRETS_DIRECTORY) : noSecrets;
  const secrets = settings.KEY_VAULT_URL ? keyVaultSecrets(settings.KEY_VAULT_URL, credential) : localSecrets;
  const webhooks = new Webhooks({
    tables,
    queues,
    secrets,
    clock,
    sender: new Sender(urlPolicy),
    urlPolicy,
    disableAfterDays: settings.WEBHOOK_DISABLE_AFTER_DAYS,
    retentionDays: settings.WEBHOOK_RETENTION_DAYS,
    overlapHours: settings.WEBHOOK_SECRET_OVERLAP_HOURS,
  });
  const endpoint = settings.AZURE_RESOURCE_MANAGER_ENDPOINT;
  const writer = settings.AZURE_WRITER_CLIENT_ID
    ? azureCredential(settings.AZURE_WRITER_CLIENT_ID)
    : undefined;
  const policyInsights = createPolicyInsights({
    endpoint,
    credential,
    tables,
    inventoryStoreOf: storeOf,
    ourStates: (tenantId, subscriptionId) => compliance.states(tenantId, subscriptionId),
    explainOurs: (tenantId, resourceId) => compliance.explain(tenantId, resourceId),
    connectors: () => connectors,
  });
  const security = createSecurity({
    endpoint,
    credential,
    writer,
    tables,
    queues,
    clock,
    inventoryOf,
    inventoryStoreOf: storeOf,
    violationsOf: policyInsights.violationsOf,
    connectors: () => connectors,
    estateTenantId: settings.TENANT_ID,
    isExported: settings.SECURITY_EXPORT_HUB !== undefined,
  });
  const monitor = createMonitor({
    endpoint,
    credential,
    tables,
    queues,
    clock,
    activityStoreOf: activityOf,
    inventoryStoreOf: storeOf,
    inventoryOf,
    gapsOf: (...query) => connectors.gaps(...query),
    activityRetentionDays: settings.ACTIVITY_RETENTION_DAYS,
    historyRetentionDays: settings.HISTORY_RETENTION_DAYS,
    metricTypes: settings.RESOURCE_METRIC_TYPES,
    metricRetentionDays: settings.RESOURCE_METRICS_RETENTION_DAYS,
  });
  const cost = createCost({
    endpoint,
    credential,
    tables,
    queues,
    clock,
    inventoryStoreOf: storeOf,
    gapsOf: (...query) => connectors.gaps(...query),
    violationsOf: (tenantId, subscriptionId) => compliance.violations(tenantId, subscriptionId),
    metric: settings.COST_METRIC,
    historyMonths: settings.COST_HISTORY_MONTHS,
    exportContainer: settings.COST_EXPORT_CONTAINER,
    connectionString,
  });
  const sources = [security.connector, policyInsights.connector, ...monitor.connectors, cost.connector];
  const connectors: Connectors = new Connectors({
    tables,
    queues,
    clock,
    storeOf,
    estateTenantId: settings.TENANT_ID,
    connectors: sources,
  });
  const { BICEP_PATH: bicep } = settings;
  const deployments = new Deployments({
    tables,
    queues,
    clock,
    storeOf: perTenant((tenantId) => new DeploymentStore(tenantId, { tables, blobs, queues, clock })),
    secureValues: new SecureValues(secrets),
    azure: writer && new AzureDeployments({ endpoint, credential: writer }),
    evaluate: (tenantId, documents) => compliance.evaluateDocuments(tenantId, documents),
    compileBicep: bicep ? (source) => compileBicep(bicep, source) : noBicep,
    owns: async (tenantId, id) => (await ownerOf(tables, id)) === tenantId,
  });
  const remediations = createRemediations({
    tables,
    queues,
    clock,
    endpoint,
    writer,
    compliance,
    deployments,
    read: (...of) => apiVersions.read(...of),
    refresh: (tenantId, resourceId, actor) => discovery.refresh({ tenantId, resourceId, actor }),
  });
  const metrics = new Metrics({
    storeOf: perTenant((tenantId) => new MetricStore(tenantId, tables)),
    inventoryOf: storeOf,
    sources: [
      inventorySource(storeOf),
      compliance.metrics,
      security.metrics,
      ...monitor.metrics,
      cost.metrics,
    ],
    clock,
  });
  const dependencies = [
    { name: 'tables', critical: true, check: () => tables.ping() },
    ...containers.map((container) => ({
      name: `container ${container.name}`,
      critical: true,
      check: () => blobs.ping(container),
    })),
    ...queueDeclarations.map((queue) => ({
      name: `queue ${queue.name}`,
      critical: true,
      check: () => queues.ping(queue),
    })),
    { name: 'azure', critical: false, check: async () => void (await azure.listSubscriptions()) },
    ...sources.map(({ name }) => ({
      name: `source ${name}`,
      critical: false,
      check: () => connectors.check(name),
    })),
  ];
  const diagnosis = new Diagnosis({
    tables,
    blobs,
    queues,
    azure,
    clock,
    credential,
    writer,
    secrets,
    tableDeclarations,
    containers,
    queueDeclarations,
    storeOf,
    onlySubscriptions: settings.AZURE_SUBSCRIPTION_IDS,
    resourceManagerEndpoint: settings.AZURE_RESOURCE_MANAGER_ENDPOINT,
    storageEndpoint:
      settings.STORAGE_TABLE_ENDPOINT ?? /TableEndpoint=([^;]+)/.exec(connectionString ?? '')?.[1],
    telemetry: settings.APPLICATIONINSIGHTS_CONNECTION_STRING,
    sources: async () => (await connectors.list(settings.TENANT_ID)).data,
    received: async () =>
      settings.SECURITY_EXPORT_HUB ? connectors.received(settings.TENANT_ID, 'defender') : undefined,
    version: manifest.version,
    isLocal: connectionString !== undefined,
  });
  const routes: readonly Route[] = [
    ...inventoryRoutes(inventoryOf),
    ...discoveryRoutes(discovery),
    ...complianceRoutes(compliance),
    ...webhookRoutes(webhooks),
    ...connectorRoutes(connectors),
    ...security.routes,
    ...governanceRoutes(governanceOf, policySync),
    ...policyInsights.routes,
    ...monitor.routes,
    ...cost.routes,
    ...identityRoutes(identity),
    ...auditRoutes(audit),
    ...scimRoutes(directory, { maxBodyBytes: settings.MAX_BODY_KB * 1024, clock }),
    ...diagnosisRoutes(diagnosis, { tenantId: settings.TENANT_ID, version: manifest.version }),
    ...deploymentRoutes(deployments),
    ...remediationRoutes(remediations),
    ...metricRoutes(metrics),
    ...healthRoutes(dependencies),
  ];
  const idempotency = new Idempotency({ tables, clock });
  const limits = {
    perCaller: settings.RATE_LIMIT_PER_MINUTE,
    perTenant: settings.TENANT_RATE_LIMIT_PER_MINUTE,
    concurrent: settings.CONCURRENT_CALLS,
  };
  const api = new Api({
    routes: [...routes, openApiRoute(routes)],
    authenticate: (request) => identity.authenticate(request),
    maxBodyBytes: settings.MAX_BODY_KB * 1024,
    timeoutMs: settings.REQUEST_TIMEOUT_SECONDS * 1000,
    corsOrigins: settings.CORS_ORIGINS,
    audit,
    idempotency,
    guard: new Limits({ tables, clock }, limits),
  });

  /** Before the first function runs. Emulators start empty; in Azure, Bicep has made the tables and containers. */
  async function prepare(): Promise<void> {
    const insights = settings.APPLICATIONINSIGHTS_CONNECTION_STRING;
    if (insights) await startTelemetry({ connectionString: insights, credential });
    if (!connectionString) return;
    await Promise.all([tables.create(tableDeclarations), blobs.create(containers)]);
  }

  return {
    settings,
    clock,
    tables,
    queues,
    storeOf,
    jobsOf,
    catalogueOf,
    governanceOf,
    policySync,
    compliance,
    publisher,
    discovery,
    identity,
    audit,
    idempotency,
    directory,
    webhooks,
    metrics,
    deployments,
    remediations,
    connectors,
    security,
    policyInsights,
    activityOf,
    monitor,
    diagnosis,
    api,
    prepare,
  };
}

/** What governance asks of the inventory. */
function estateOf(store: InventoryStore) {
  return {
    subscriptions: async () =>
      (await store.segments.list()).flatMap(({ segment, state }) => (state === undefined ? [] : segment)),
    knowsSubscription: async (id: string) =>
      (await store.segments.list()).some(({ segment }) => segment === id),
    knowsResource: async (id: string) => (await store.get(segmentOf(id), resourceKey(id))) !== undefined,
  };
}

function toOidcOptions(settings: Settings): OidcOptions {
  const { TENANT_ID: tenantId, GITHUB_AUDIENCE: audience, GITHUB_ISSUER: issuer } = settings;
  return {
    authority: settings.ENTRA_AUTHORITY,
    tenantIds: settings.ENTRA_TENANT_IDS ?? [tenantId],
    audiences: settings.ENTRA_AUDIENCES,
    github: audience ? { issuer, audience, tenantId } : undefined,
  };
}

function toSignInOptions(settings: Settings): SignInOptions | undefined {
  const { PUBLIC_URL: publicUrl, SIGN_IN_CLIENT_ID: clientId } = settings;
  if (!publicUrl || !clientId) return undefined;
  const { authority, tenantIds } = toOidcOptions(settings);
  return { authority, tenantIds, publicUrl, clientId, clientSecret: settings.SIGN_IN_CLIENT_SECRET };
}

function perTenant<T>(create: (tenantId: string) => T): (tenantId: string) => T {
  const made = new Map<string, T>();
  return (tenantId) => {
    const known = made.get(tenantId) ?? create(tenantId);
    made.set(tenantId, known);
    return known;
  };
}
