import { keyOf } from '#features/connectors/index.ts';
import type { Alert } from '../azure.ts';
import { ALERT_STATES, type Severity, spelledAs, toSeverity, toTime } from './words.ts';

export type AlertRecord = {
  readonly azureId: string;
  readonly type: string;
  readonly name: string;
  readonly description: string;
  readonly severity: Severity;
  readonly status: string;
  /** Kill chain stages, as Azure names them. */
  readonly intent: readonly string[];
  readonly techniques: readonly string[];
  readonly resourceIds: readonly string[];
  readonly compromisedEntity: string | null;
  readonly remediation: readonly string[];
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly generatedAt: string | null;
  /** When Defender worked on it last. */
  readonly processedAt: string | null;
  readonly product: string | null;
  readonly portalUrl: string | null;
  readonly isIncident: boolean;
  readonly entities: readonly Readonly<Record<string, unknown>>[];
  readonly properties: Readonly<Record<string, unknown>>;
};

const MAX_ENTITIES = 50;
/** Larger entities and properties are left to Azure: a row holds 1 MiB in all. */
const MAX_DETAILS = 200_000;
const MAX_TIME = 0xffff_ffff_ffff;

export function toAlert({ id, name, properties: given }: Alert): AlertRecord {
  const details = { entities: given.entities.slice(0, MAX_ENTITIES), properties: given.extendedProperties };
  const isSmall = JSON.stringify(details).length <= MAX_DETAILS;
  return {
    azureId: id,
    type: given.alertType ?? 'Unknown',
    name: given.alertDisplayName ?? given.alertType ?? name ?? id,
    description: given.description ?? '',
    severity: toSeverity(given.severity),
    // "An alert which doesn't specify a value is assigned the status 'Active'" (alerts 2022-01-01)
    status: spelledAs(ALERT_STATES, given.status ?? 'Active'),
    intent: (given.intent ?? '')
      .split(',')
      .map((stage) => stage.trim())
      .filter(Boolean),
    techniques: given.techniques,
    resourceIds: resourcesOf(given),
    compromisedEntity: given.compromisedEntity ?? null,
    remediation: given.remediationSteps,
    startedAt: toTime(given.startTimeUtc),
    endedAt: toTime(given.endTimeUtc),
    generatedAt: toTime(given.timeGeneratedUtc),
    processedAt: toTime(given.processingEndTimeUtc),
    product: given.productComponentName ?? given.productName ?? null,
    portalUrl: given.alertUri ?? null,
    isIncident: given.isIncident,
    ...(isSmall ? details : { entities: [], properties: {} }),
  };
}

function resourcesOf({ resourceIdentifiers }: Alert['properties']): string[] {
  return resourceIdentifiers.flatMap(({ azureResourceId }) =>
    typeof azureResourceId === 'string' && azureResourceId !== '' ? [azureResourceId] : [],
  );
}

/** Newest first: the time counted backwards, then the hash of the id. */
export function alertRowKey(alert: Pick<AlertRecord, 'azureId' | 'generatedAt' | 'startedAt'>): string {
  const time = Date.parse(alert.generatedAt ?? alert.startedAt ?? '1970-01-01T00:00:00Z');
  return `a|${alertTimeKey(time)}${keyOf(alert.azureId)}`;
}

/** Hex digits of a time that sort the newest first. */
export function alertTimeKey(milliseconds: number): string {
  return (MAX_TIME - Math.max(0, Math.min(milliseconds, MAX_TIME))).toString(16).padStart(12, '0');
}
