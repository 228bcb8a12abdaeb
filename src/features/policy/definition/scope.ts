import type { AliasTable } from '../aliases/table.ts';
import type { Mode } from './modes.ts';

const SUBSCRIPTION = 'microsoft.resources/subscriptions';
const GROUPS = new Set([
  'microsoft.resources/subscriptions/resourcegroups',
  'microsoft.resources/resourcegroups',
]);

export function isSubscription(type: string): boolean {
  return type === SUBSCRIPTION;
}

/**
 * Why a mode never evaluates a resource type, or null when it does.
 * Of Microsoft.Resources only subscriptions and resource groups are evaluated ("applicability logic"); Indexed leaves
 * out those and all types without tags and location. Types whose capabilities are not known count as having both.
 * @param type lower-case
 */
export function outOfScope(mode: Mode, type: string, aliases: AliasTable | null): string | null {
  if (type.startsWith('microsoft.resources/')) {
    if (type !== SUBSCRIPTION && !GROUPS.has(type))
      return 'resources of Microsoft.Resources are not evaluated';
    return mode.kind === 'indexed' ? 'mode Indexed leaves out subscriptions and resource groups' : null;
  }
  if (mode.kind !== 'indexed' || aliases === null || aliases.types.size === 0) return null;
  return aliases.types.get(type)?.indexed === false
    ? 'mode Indexed leaves out types without tags and location'
    : null;
}
