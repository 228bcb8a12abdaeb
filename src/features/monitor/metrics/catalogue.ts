/** How hours add up: totals and counts are summed, averages averaged, maxima compared. */
export type Aggregation = 'average' | 'maximum' | 'total' | 'count';

export type MetricDefinition = {
  /** Name in the REST API. */
  readonly name: string;
  readonly unit: 'Percent' | 'Count' | 'Bytes' | 'Seconds';
  readonly aggregation: Aggregation;
  /** Name in the unified metrics. */
  readonly rollup: string;
};

/**
 * The metrics that are read, by resource type. Names, units and aggregations as "Supported metrics with Azure Monitor"
 * has them, one page a type:
 * learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-compute-virtualmachines-metrics …
 */
export const CATALOGUE: Readonly<Record<string, readonly MetricDefinition[]>> = {
  'Microsoft.Compute/virtualMachines': [
    { name: 'Percentage CPU', unit: 'Percent', aggregation: 'average', rollup: 'vm_cpu_percent' },
    { name: 'Network In Total', unit: 'Bytes', aggregation: 'total', rollup: 'vm_bytes_in' },
    { name: 'Network Out Total', unit: 'Bytes', aggregation: 'total', rollup: 'vm_bytes_out' },
  ],
  'Microsoft.Compute/virtualMachineScaleSets': [
    { name: 'Percentage CPU', unit: 'Percent', aggregation: 'average', rollup: 'vmss_cpu_percent' },
  ],
  'Microsoft.Storage/storageAccounts': [
    { name: 'Transactions', unit: 'Count', aggregation: 'total', rollup: 'storage_transactions' },
    { name: 'Availability', unit: 'Percent', aggregation: 'average', rollup: 'storage_availability_percent' },
    { name: 'UsedCapacity', unit: 'Bytes', aggregation: 'average', rollup: 'storage_bytes' },
  ],
  'Microsoft.Sql/servers/databases': [
    { name: 'cpu_percent', unit: 'Percent', aggregation: 'average', rollup: 'sql_cpu_percent' },
    { name: 'dtu_consumption_percent', unit: 'Percent', aggregation: 'average', rollup: 'sql_dtu_percent' },
    { name: 'connection_successful', unit: 'Count', aggregation: 'total', rollup: 'sql_connections' },
  ],
  'Microsoft.Web/sites': [
    { name: 'Requests', unit: 'Count', aggregation: 'total', rollup: 'web_requests' },
    { name: 'Http5xx', unit: 'Count', aggregation: 'total', rollup: 'web_server_errors' },
    { name: 'HttpResponseTime', unit: 'Seconds', aggregation: 'average', rollup: 'web_response_seconds' },
  ],
  'Microsoft.Web/serverfarms': [
    { name: 'CpuPercentage', unit: 'Percent', aggregation: 'average', rollup: 'plan_cpu_percent' },
    { name: 'MemoryPercentage', unit: 'Percent', aggregation: 'average', rollup: 'plan_memory_percent' },
  ],
  'Microsoft.KeyVault/vaults': [
    { name: 'Availability', unit: 'Percent', aggregation: 'average', rollup: 'vault_availability_percent' },
    { name: 'ServiceApiHit', unit: 'Count', aggregation: 'count', rollup: 'vault_requests' },
  ],
  'Microsoft.Cache/redis': [
    { name: 'serverLoad', unit: 'Percent', aggregation: 'maximum', rollup: 'redis_load_percent' },
    { name: 'connectedclients', unit: 'Count', aggregation: 'maximum', rollup: 'redis_clients' },
  ],
  'Microsoft.ContainerService/managedClusters': [
    {
      name: 'node_cpu_usage_percentage',
      unit: 'Percent',
      aggregation: 'average',
      rollup: 'aks_cpu_percent',
    },
  ],
  'Microsoft.DBforPostgreSQL/flexibleServers': [
    { name: 'cpu_percent', unit: 'Percent', aggregation: 'average', rollup: 'postgres_cpu_percent' },
    { name: 'active_connections', unit: 'Count', aggregation: 'average', rollup: 'postgres_connections' },
  ],
  'Microsoft.DocumentDB/databaseAccounts': [
    { name: 'TotalRequests', unit: 'Count', aggregation: 'count', rollup: 'cosmos_requests' },
  ],
  'Microsoft.ServiceBus/namespaces': [
    { name: 'IncomingMessages', unit: 'Count', aggregation: 'total', rollup: 'servicebus_messages' },
  ],
  'Microsoft.EventHub/namespaces': [
    { name: 'IncomingMessages', unit: 'Count', aggregation: 'total', rollup: 'eventhub_messages' },
  ],
  'Microsoft.Network/publicIPAddresses': [
    { name: 'ByteCount', unit: 'Bytes', aggregation: 'total', rollup: 'public_ip_bytes' },
  ],
};

const BY_TYPE = new Map(Object.entries(CATALOGUE).map(([type, metrics]) => [type.toLowerCase(), metrics]));

/** The metrics of a resource type, in any casing; none where it is not in the table. */
export function metricsOf(type: string): readonly MetricDefinition[] {
  return BY_TYPE.get(type.toLowerCase()) ?? [];
}

/**
 * The types that a setting names (comma separated, any casing; `none`); empty: all of the table.
 * @throws Error naming the types that there are
 */
export function chosenTypes(setting: string): readonly string[] {
  const types = Object.keys(CATALOGUE);
  const wanted = setting
    .split(',')
    .map((type) => type.trim().toLowerCase())
    .filter((type) => type !== '');
  if (wanted.length === 0) return types;
  if (wanted.join() === 'none') return [];
  const unknown = wanted.filter((type) => !BY_TYPE.has(type));
  if (unknown.length > 0)
    throw new Error(
      `setting RESOURCE_METRIC_TYPES: there are no metrics for ${unknown.join(', ')}; there are for ${types.join(', ')}`,
    );
  return types.filter((type) => wanted.includes(type.toLowerCase()));
}
