import { hash } from 'node:crypto';
import type { JsonObject, Resource } from '../estate/model.ts';
import { Random } from '../estate/random.ts';

type Kind = 'percent' | 'availability' | 'amount' | 'level';
type Metric = { readonly kind: Kind; readonly unit: string; readonly size: number };

const percent: Metric = { kind: 'percent', unit: 'Percent', size: 30 };
const availability: Metric = { kind: 'availability', unit: 'Percent', size: 100 };
const amount = (size: number, unit = 'Count'): Metric => ({ kind: 'amount', unit, size });
const level = (size: number, unit = 'Count'): Metric => ({ kind: 'level', unit, size });

/** What the providers measure here ("Supported metrics with Azure Monitor"); `size` is an ordinary hour's. */
const METRICS: Readonly<Record<string, Readonly<Record<string, Metric>>>> = {
  'microsoft.cache/redis': { serverLoad: percent, connectedclients: level(40) },
  'microsoft.compute/virtualmachines': {
    'Percentage CPU': percent,
    'Network In Total': amount(4e8, 'Bytes'),
    'Network Out Total': amount(2e8, 'Bytes'),
  },
  'microsoft.compute/virtualmachinescalesets': { 'Percentage CPU': percent },
  'microsoft.containerservice/managedclusters': { node_cpu_usage_percentage: percent },
  'microsoft.dbforpostgresql/flexibleservers': { cpu_percent: percent, active_connections: level(25) },
  'microsoft.documentdb/databaseaccounts': { TotalRequests: amount(9000) },
  'microsoft.eventhub/namespaces': { IncomingMessages: amount(50_000) },
  'microsoft.keyvault/vaults': { Availability: availability, ServiceApiHit: amount(300) },
  'microsoft.network/publicipaddresses': { ByteCount: amount(1e8, 'Bytes') },
  'microsoft.servicebus/namespaces': { IncomingMessages: amount(4000) },
  'microsoft.sql/servers/databases': {
    cpu_percent: percent,
    dtu_consumption_percent: percent,
    connection_successful: amount(500),
  },
  'microsoft.storage/storageaccounts': {
    Transactions: amount(20_000),
    Availability: availability,
    UsedCapacity: level(2e11, 'Bytes'),
  },
  'microsoft.web/serverfarms': { CpuPercentage: percent, MemoryPercentage: percent },
  'microsoft.web/sites': {
    Requests: amount(6000),
    Http5xx: amount(6),
    HttpResponseTime: level(0.3, 'Seconds'),
  },
};
const HOUR_MS = 3_600_000;
/** Share of resources that hardly anybody uses. */
const IDLE = 0.12;
const SAMPLES_AN_HOUR = 60;

export type Query = {
  readonly metricNames: readonly string[];
  readonly aggregations: readonly string[];
  readonly from: number;
  readonly to: number;
};

/** Undefined for a type or a name that is not measured. */
export function measures(type: string, name: string): boolean {
  return METRICS[type.toLowerCase()]?.[name] !== undefined;
}

/** Load with the shape of a day and a week; the same seed, resource and hour give the same. */
export function measure(seed: number, resource: Resource, query: Query): JsonObject[] {
  const { metricNames, aggregations, from, to } = query;
  const measured = METRICS[resource.type.toLowerCase()] ?? {};
  const first = Math.floor(from / HOUR_MS) * HOUR_MS;
  const count = Math.max(0, Math.ceil((to - first) / HOUR_MS));
  const hours = Array.from({ length: count }, (_, hour) => first + hour * HOUR_MS);
  return metricNames.map((name) => {
    const metric = measured[name] ?? amount(0);
    return {
      id: `${resource.id}/providers/Microsoft.Insights/metrics/${name}`,
      type: 'Microsoft.Insights/metrics',
      name: { value: name, localizedValue: name },
      displayDescription: name,
      unit: metric.unit,
      timeseries: [
        {
          metadatavalues: [],
          data: hours.map((time) => ({
            timeStamp: new Date(time).toISOString().replace('.000Z', 'Z'),
            ...pointAt(seed, resource, { name, metric, time, aggregations }),
          })),
        },
      ],
      errorCode: 'Success',
    };
  });
}

type At = {
  readonly name: string;
  readonly metric: Metric;
  readonly time: number;
  readonly aggregations: readonly string[];
};

function pointAt(seed: number, resource: Resource, at: At): JsonObject {
  if (/PowerState\/(deallocated|stopped)/i.test(JSON.stringify(resource.properties?.extended ?? '')))
    return {};
  const average = averageAt(seed, resource.id, at);
  const random = new Random(seed, 52, numberOf(resource.id), at.time / HOUR_MS);
  const isPercent = at.metric.unit === 'Percent';
  const maximum = isPercent
    ? Math.min(100, average * (1.2 + random.next()))
    : average * (1.5 + random.next());
  const values: Readonly<Record<string, number>> = {
    average: round(average),
    minimum: round(average * 0.4),
    maximum: round(maximum),
    total: round(average * (at.metric.kind === 'amount' ? 1 : SAMPLES_AN_HOUR)),
    count: at.metric.kind === 'amount' ? Math.round(average) : SAMPLES_AN_HOUR,
  };
  return Object.fromEntries(
    at.aggregations.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])),
  );
}

function averageAt(seed: number, id: string, { name, metric, time }: At): number {
  const own = new Random(seed, 50, numberOf(id));
  const isIdle = own.chance(IDLE);
  const size = metric.size * (0.3 + own.next() * 1.4);
  const noise = new Random(seed, 51, numberOf(`${id}|${name}`), time / HOUR_MS).next();
  if (metric.kind === 'availability') return noise < 0.01 ? 99 + noise * 90 : 100;
  if (metric.kind === 'level') return size * (0.95 + noise / 10);
  if (isIdle) return size * 0.01 * noise;
  const date = new Date(time);
  const day = 0.35 + 0.65 * Math.max(0, Math.sin(((date.getUTCHours() - 5) / 15) * Math.PI));
  const week = [0, 6].includes(date.getUTCDay()) ? 0.4 : 1;
  const load = size * day * week * (0.8 + noise * 0.4);
  return metric.unit === 'Percent' ? Math.min(100, load) : load;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function numberOf(text: string): number {
  return Number.parseInt(hash('md5', text.toLowerCase()).slice(0, 8), 16);
}
