import type { CompiledRelated, RelatedTarget } from '../effects/related.ts';
import { missingData } from '../expressions/fault.ts';
import { fullNameOf, typeOf } from '../fields/builtin.ts';
import { isObject, type Json, readKeyOf } from '../json/json.ts';
import type { Run } from '../run.ts';
import { isExtensionType } from './extensions.ts';
import type { RelatedLookup, RelatedQuery, RelatedScope } from './input.ts';

/** What the search for related resources came to. */
export interface RelatedFinding {
  readonly query: RelatedQuery;
  /** What was found, after filtering. */
  readonly candidates: readonly Json[];
  /** Whether one of them satisfies the existence condition. */
  readonly exists: boolean;
}

/**
 * Looks for a related resource that satisfies the existence condition.
 * @throws ExpressionFault when the target cannot be told or nobody can look for it
 */
export function findRelated(
  details: CompiledRelated,
  lookup: RelatedLookup | undefined,
  run: Run,
): RelatedFinding {
  const target = details.target(run);
  const query = relatedQuery(target, run.resource);
  const answer = lookup === undefined ? 'unknown' : lookup(query);
  if (answer === 'unknown') {
    throw missingData(`related.${target.type}`, `resources of type ${target.type} are not known`);
  }
  const candidates = (answer as readonly Json[]).filter((document) => matches(document, query));
  return {
    query,
    candidates,
    exists: candidates.some((document) => satisfies(document, { details, target, run })),
  };
}

interface Existence {
  readonly details: CompiledRelated;
  readonly target: RelatedTarget;
  readonly run: Run;
}

/** A fault on one candidate does not matter when another satisfies the condition. */
function satisfies(document: Json, { details, target, run }: Existence): boolean {
  const condition = details.existence((typeOf(document) || target.type).toLowerCase());
  if (condition === null) return true;
  const before = run.fault;
  run.document = document;
  try {
    return condition.test(run) && run.fault === before;
  } finally {
    run.document = run.resource;
  }
}

/** Where Azure looks: under the resource, else in its group, or as the details say. Source: "AuditIfNotExists properties". */
export function relatedQuery(target: RelatedTarget, resource: Json): RelatedQuery {
  const id = textAt(resource, 'id');
  return { type: target.type, name: target.name, scope: scopeOf(target, typeOf(resource).toLowerCase(), id) };
}

function scopeOf(target: RelatedTarget, resourceType: string, id: string): RelatedScope {
  const type = target.type.toLowerCase();
  const under = resourceType !== '' && type.startsWith(`${resourceType}/`);
  const free = target.existenceScope === null && target.resourceGroupName === null;
  if (under || (free && isExtensionType(type))) return { kind: 'resource', resourceId: id };
  const subscriptionId = partAfter(id, 'subscriptions');
  const resourceGroup = target.resourceGroupName ?? partAfter(id, 'resourcegroups');
  if (target.existenceScope === 'subscription' || resourceGroup === '')
    return { kind: 'subscription', subscriptionId };
  return { kind: 'resourceGroup', subscriptionId, resourceGroup };
}

function partAfter(id: string, word: string): string {
  const parts = id.split('/');
  const at = parts.findIndex((part) => part.toLowerCase() === word);
  return at < 0 ? '' : (parts[at + 1] ?? '');
}

function textAt(document: Json, key: string): string {
  const value = isObject(document) ? readKeyOf(document, key) : undefined;
  return typeof value === 'string' ? value : '';
}

/** Drops what is certainly not asked for; a document that does not say its type or name stays. */
function matches(document: Json, query: RelatedQuery): boolean {
  const type = typeOf(document).toLowerCase();
  if (type !== '' && type !== query.type.toLowerCase()) return false;
  const full = isObject(document) ? fullNameOf(document) : undefined;
  if (query.name === null || typeof full !== 'string') return true;
  const [wanted, given] = [query.name.toLowerCase(), full.toLowerCase()];
  if (wanted.endsWith('/?')) return given.startsWith(wanted.slice(0, -1)) || !given.includes('/');
  return given === wanted || given.endsWith(`/${wanted}`) || wanted.endsWith(`/${given}`);
}
