import { parseResourceId } from '#features/inventory/index.ts';
import type { ResourceManagerEvent } from './schema.ts';

/** Event types that say that a resource is, or may be, different now. */
const RELEVANT = new Set([
  'Microsoft.Resources.ResourceWriteSuccess',
  'Microsoft.Resources.ResourceDeleteSuccess',
  'Microsoft.Resources.ResourceActionSuccess',
]);

/** Actions that only read: listKeys, listCallbackUrl, getStatus … */
const READING_ACTION = /\/(list|get|read|check|validate|query|search)\w*\/action$/i;

/** Claim types in which Azure names who did it, best first. */
const ACTOR_CLAIMS = [
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn',
  'upn',
  'unique_name',
  'name',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name',
  'appid',
];

/** Whether the event can have changed anything that we keep. */
export function isRelevant(event: ResourceManagerEvent): boolean {
  return RELEVANT.has(event.type) && !isReading(event.data.operationName ?? '');
}

/** Whether an operation (`Microsoft.Storage/storageAccounts/listKeys/action`) leaves everything as it was. */
export function isReading(operation: string): boolean {
  return READING_ACTION.test(operation);
}

/**
 * The resources to be read again: the one that the event names, and its parents, whose documents hold it
 * (a subnet in its network, a rule in its group).
 */
export function targetsOf(event: ResourceManagerEvent): string[] {
  const targets: string[] = [];
  let id: string | undefined = event.subject;
  while (id !== undefined) {
    const parsed = parseResourceId(id);
    if (parsed.type && parsed.type !== 'Microsoft.Resources/subscriptions') targets.push(parsed.id);
    id = parsed.parentId;
  }
  return targets;
}

/** Who did it, as the event's claims say. */
export function actorOf(event: ResourceManagerEvent): string | undefined {
  return actorOfClaims(event.data.claims ?? {});
}

/** Who the claims of a token name: user principal name, or application id. */
export function actorOfClaims(claims: Readonly<Record<string, unknown>>): string | undefined {
  const claim = ACTOR_CLAIMS.map((type) => claims[type]).find(
    (value) => typeof value === 'string' && value !== '',
  );
  return typeof claim === 'string' ? claim : undefined;
}
