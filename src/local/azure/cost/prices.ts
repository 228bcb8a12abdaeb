import type { Resource } from '../estate/model.ts';

/** What a resource costs on an ordinary weekday, in dollars, and how that moves. */
export type Price = {
  readonly daily: number;
  /** `usage` follows the weekday, the trend and chance; `fixed` is the same every day. */
  readonly kind: 'usage' | 'fixed';
  /** Charged on the first of each month beside that. */
  readonly monthly?: number;
};

type Pricing = (resource: Resource) => Price | undefined;

/** Pay-as-you-go prices an hour in West Europe, about (Azure Retail Prices). */
const VM_HOURS: Readonly<Record<string, number>> = {
  Standard_D2s_v5: 0.115,
  Standard_D4s_v5: 0.23,
  Standard_D8s_v5: 0.46,
  Standard_E4s_v5: 0.304,
  Standard_B2ms: 0.096,
  Standard_B2s: 0.048,
  Standard_F4s_v2: 0.194,
  Standard_D2s_v3: 0.12,
  Standard_DS2_v2: 0.146,
};
const DISK_GB_MONTH: Readonly<Record<string, number>> = {
  Premium_LRS: 0.15,
  StandardSSD_LRS: 0.083,
  Standard_LRS: 0.045,
};
const PLAN_DAYS: Readonly<Record<string, number>> = { B1: 0.43, S1: 2.4, P1v3: 4.3 };

/** By type in lower case; what is missing costs nothing. */
const PRICES: Readonly<Record<string, Pricing>> = {
  'microsoft.compute/virtualmachines': (vm) =>
    isDeallocated(vm) ? undefined : usage(24 * (VM_HOURS[vmSize(vm)] ?? 0.15)),
  'microsoft.compute/virtualmachinescalesets': () => usage(11),
  'microsoft.compute/disks': ({ sku, properties }) =>
    fixed((number(properties?.diskSizeGB) * (DISK_GB_MONTH[text(sku?.name)] ?? 0.08)) / 30.4),
  'microsoft.compute/snapshots': ({ properties }) => fixed((number(properties?.diskSizeGB) * 0.05) / 30.4),
  'microsoft.network/publicipaddresses': ({ sku }) => fixed(sku?.name === 'Standard' ? 0.12 : 0.0864),
  'microsoft.network/natgateways': () => fixed(1.08),
  'microsoft.network/loadbalancers': ({ sku }) => (sku?.name === 'Standard' ? fixed(0.6) : undefined),
  'microsoft.network/applicationgateways': () => usage(7.5),
  'microsoft.network/azurefirewalls': () => usage(30),
  'microsoft.network/virtualnetworkgateways': () => fixed(4.6),
  'microsoft.network/bastionhosts': () => fixed(4.6),
  'microsoft.network/privateendpoints': () => fixed(0.24),
  'microsoft.web/serverfarms': ({ sku }) => {
    const day = PLAN_DAYS[text(sku?.name)];
    return day === undefined ? usage(0.4) : fixed(day * Math.max(1, number(sku?.capacity)));
  },
  'microsoft.sql/servers/databases': () => usage(5),
  'microsoft.sql/servers/elasticpools': () => usage(14),
  'microsoft.dbforpostgresql/flexibleservers': () => usage(7),
  'microsoft.documentdb/databaseaccounts': () => usage(6),
  'microsoft.cache/redis': () => fixed(3.3),
  'microsoft.storage/storageaccounts': () => usage(1.3),
  'microsoft.containerservice/managedclusters': () => usage(26),
  'microsoft.app/containerapps': () => usage(1.1),
  'microsoft.containerregistry/registries': () => fixed(0.67),
  'microsoft.apimanagement/service': () => ({ daily: 4.9, kind: 'fixed', monthly: 40 }),
  'microsoft.operationalinsights/workspaces': () => usage(9),
  'microsoft.search/searchservices': () => fixed(8),
  'microsoft.eventhub/namespaces': () => usage(1.9),
  'microsoft.servicebus/namespaces': () => usage(0.9),
  'microsoft.cognitiveservices/accounts': () => usage(5.5),
  'microsoft.recoveryservices/vaults': () => ({ daily: 2.1, kind: 'usage', monthly: 25 }),
};

/** Undefined where it costs nothing. */
export function priceOf(resource: Resource): Price | undefined {
  return PRICES[resource.type.toLowerCase()]?.(resource);
}

function usage(daily: number): Price {
  return { daily, kind: 'usage' };
}

function fixed(daily: number): Price {
  return { daily, kind: 'fixed' };
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function vmSize({ properties }: Resource): string {
  return String((properties?.hardwareProfile as { vmSize?: unknown } | undefined)?.vmSize);
}

function isDeallocated({ properties }: Resource): boolean {
  const { instanceView } = (properties?.extended ?? {}) as {
    instanceView?: { powerState?: { code?: string } };
  };
  return instanceView?.powerState?.code === 'PowerState/deallocated';
}
