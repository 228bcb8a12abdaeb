/** Short names of the guide and their like, to ARM types. One line a type. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  aks_cluster: 'Microsoft.ContainerService/managedClusters',
  api_management: 'Microsoft.ApiManagement/service',
  app_service_plan: 'Microsoft.Web/serverFarms',
  application_gateway: 'Microsoft.Network/applicationGateways',
  application_insights: 'Microsoft.Insights/components',
  automation_account: 'Microsoft.Automation/automationAccounts',
  container_app: 'Microsoft.App/containerApps',
  container_registry: 'Microsoft.ContainerRegistry/registries',
  cosmosdb_account: 'Microsoft.DocumentDB/databaseAccounts',
  data_factory: 'Microsoft.DataFactory/factories',
  disk: 'Microsoft.Compute/disks',
  event_hub_namespace: 'Microsoft.EventHub/namespaces',
  key_vault: 'Microsoft.KeyVault/vaults',
  load_balancer: 'Microsoft.Network/loadBalancers',
  log_analytics_workspace: 'Microsoft.OperationalInsights/workspaces',
  managed_identity: 'Microsoft.ManagedIdentity/userAssignedIdentities',
  network_interface: 'Microsoft.Network/networkInterfaces',
  network_security_group: 'Microsoft.Network/networkSecurityGroups',
  postgresql_server: 'Microsoft.DBforPostgreSQL/flexibleServers',
  private_endpoint: 'Microsoft.Network/privateEndpoints',
  public_ip: 'Microsoft.Network/publicIPAddresses',
  recovery_vault: 'Microsoft.RecoveryServices/vaults',
  redis_cache: 'Microsoft.Cache/redis',
  resource_group: 'Microsoft.Resources/subscriptions/resourceGroups',
  route_table: 'Microsoft.Network/routeTables',
  service_bus_namespace: 'Microsoft.ServiceBus/namespaces',
  snapshot: 'Microsoft.Compute/snapshots',
  sql_database: 'Microsoft.Sql/servers/databases',
  sql_server: 'Microsoft.Sql/servers',
  storage_account: 'Microsoft.Storage/storageAccounts',
  subscription: 'Microsoft.Resources/subscriptions',
  virtual_machine: 'Microsoft.Compute/virtualMachines',
  virtual_machine_extension: 'Microsoft.Compute/virtualMachines/extensions',
  virtual_machine_scale_set: 'Microsoft.Compute/virtualMachineScaleSets',
  virtual_network: 'Microsoft.Network/virtualNetworks',
  virtual_network_gateway: 'Microsoft.Network/virtualNetworkGateways',
  web_app: 'Microsoft.Web/sites',
};

/** Scopes rather than resources (Resource Graph's `resourcecontainers`): a listing leaves them out unless asked. */
export const CONTAINER_TYPES = [
  'Microsoft.Resources/subscriptions',
  'Microsoft.Resources/subscriptions/resourceGroups',
];

/** The ARM type that a short name stands for; any other text is returned as it is. */
export function resourceTypeOf(name: string): string {
  return Object.hasOwn(SHORT_NAMES, name) ? (SHORT_NAMES[name] ?? name) : name;
}

/** Every short name with its ARM type, for the docs. */
export function shortResourceTypes(): ReadonlyMap<string, string> {
  return new Map(Object.entries(SHORT_NAMES));
}
