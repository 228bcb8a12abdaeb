import type { CompiledPolicy } from '../definition/policy.ts';
import { findEffect } from '../effects/registry.ts';
import { isRelatedDetails } from '../effects/related.ts';
import { isExtensionType } from './extensions.ts';

/** What related resources a policy may look for, known without evaluating it. */
export interface RelatedInterest {
  /** Lower-case type; null where only the evaluation tells. */
  readonly type: string | null;
  /** How far from the evaluated resource it may look; `own`: its group, or on itself for extensions. */
  readonly reach: 'own' | 'resourceGroup' | 'subscription';
}

/** The related resources that a policy's effects may look for; null for a policy that looks at its resource alone. */
export function relatedInterest(policy: CompiledPolicy): RelatedInterest | null {
  const possible = policy.effects.filter((effect) => effect.evaluation === 'related');
  const fallback = policy.effects.length === 0 ? findEffect('auditIfNotExists') : undefined;
  const effect = possible[0] ?? fallback;
  if (effect === undefined) return null;
  const details = policy.programFor('', undefined).detailsFor(effect);
  if (!isRelatedDetails(details)) return null;
  return { type: details.type?.toLowerCase() ?? null, reach: details.reach };
}

/**
 * Whether resources of a type find related resources of another only below or on themselves, never beside.
 * Types in lower case.
 */
export function looksBelow(resourceType: string, { type, reach }: RelatedInterest): boolean {
  if (type === null) return false;
  return type.startsWith(`${resourceType}/`) || (reach === 'own' && isExtensionType(type));
}
