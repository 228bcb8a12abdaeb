import { keyOf } from '#features/connectors/index.ts';
import type { Task } from '../azure.ts';
import type { AssessmentRecord } from './assessment.ts';
import { rankOf, type Severity, toSeverity, toTime } from './words.ts';

/** Something to be done about a resource: an unhealthy assessment, or a task of Azure's that belongs to none. */
export type RecommendationRecord = {
  readonly id: string;
  readonly source: 'task' | 'assessment';
  /** Name of the assessment that says why; null where a task names none. */
  readonly assessment: string | null;
  readonly name: string;
  readonly severity: Severity;
  readonly resourceId: string;
  readonly createdAt: string | null;
};

/** A task that waits to be done, and what it is about. */
export type OpenTask = {
  readonly id: string;
  readonly name: string;
  readonly severity: Severity;
  readonly resourceId: string;
  /** Assessment name, where the task gives it. */
  readonly assessment: string | undefined;
  readonly createdAt: string | null;
};

/** States in which a task is done with (tasks 2015-06-01-preview names "Active, Resolved etc."). */
const CLOSED = ['resolved', 'dismissed', 'completed'];
/** Parameters in which tasks of different kinds name their resource, best first. */
const RESOURCE = ['resourceId', 'vmId', 'azureResourceId', 'serverId', 'storageAccountId'];
const ASSESSMENT = ['assessmentKey', 'assessmentName', 'assessmentId'];

/** Undefined for a task that is done with. */
export function toOpenTask({ id, properties }: Task): OpenTask | undefined {
  if (CLOSED.includes(properties.state?.toLowerCase() ?? '')) return undefined;
  const { securityTaskParameters: parameters } = properties;
  const named = RESOURCE.map((name) => textOf(parameters, name)).find((value) => value?.startsWith('/'));
  const resourceId = named ?? armIdIn(textOf(parameters, 'uniqueKey')) ?? scopeOf(id);
  const assessment = ASSESSMENT.map((name) => textOf(parameters, name)).find(Boolean);
  return {
    id,
    name: humanise(textOf(parameters, 'displayName') ?? textOf(parameters, 'name') ?? 'Security task'),
    severity: toSeverity(textOf(parameters, 'severity')),
    resourceId,
    assessment: assessment?.split('/').at(-1)?.toLowerCase(),
    createdAt: toTime(properties.creationTimeUtc),
  };
}

export function fromTask(task: OpenTask): RecommendationRecord {
  const { assessment, ...rest } = task;
  return { ...rest, source: 'task', assessment: assessment ?? null };
}

/** @param task of the same resource and assessment: it says since when */
export function fromAssessment(
  { id, key, name, resourceId, firstEvaluated, changed, risk }: AssessmentRecord,
  definition: { readonly name: string | undefined; readonly severity: Severity },
  task: OpenTask | undefined,
): RecommendationRecord {
  return {
    id,
    source: 'assessment',
    assessment: key,
    name: definition.name ?? name ?? key,
    severity: risk ?? definition.severity,
    resourceId,
    createdAt: task?.createdAt ?? firstEvaluated ?? changed,
  };
}

/** Gravest first, so that a list needs no other order. */
export function recommendationRowKey({ severity, id }: RecommendationRecord): string {
  return `${rankOf(severity)}${keyOf(id)}`;
}

/** What a task and an assessment of the same thing have in common. */
export function subjectOf(resourceId: string, assessment: string): string {
  return `${resourceId}|${assessment}`.toLowerCase();
}

function textOf(parameters: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = parameters[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `EncryptionOnVmTaskParameters_/subscriptions/…` holds an id. */
function armIdIn(text: string | undefined): string | undefined {
  const at = text?.indexOf('/subscriptions/') ?? -1;
  return at < 0 ? undefined : text?.slice(at);
}

/** Subscription or resource group of the task itself. */
function scopeOf(id: string): string {
  return id.replace(/\/providers\/microsoft\.security\/.*$/i, '');
}

/** `NetworkSecurityGroupMissingOnSubnet` as words. */
function humanise(name: string): string {
  if (/\s/.test(name)) return name;
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}
