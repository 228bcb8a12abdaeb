import type { CarriedOut } from '../effects/effect.ts';
import { isArray, isObject, type JsonObject, readKeyOf, wordOf } from '../json/json.ts';
import type { EffectDescription } from './describe.ts';

/** What modify or append would make of a resource. */
export interface Modification {
  readonly resource: JsonObject;
  readonly operations: readonly CarriedOut[];
  /** What counts where another policy changes the same property. Default of the language: `deny`. */
  readonly conflictEffect: 'audit' | 'deny' | 'disabled';
}

/** The modification that a described effect is; undefined for effects that change nothing. Source: "modify effect". */
export function modificationOf({
  resource,
  operations,
  details,
}: EffectDescription): Modification | undefined {
  if (!isObject(resource) || operations === undefined) return undefined;
  const conflict = isObject(details) ? wordOf(readKeyOf(details, 'conflictEffect')).toLowerCase() : '';
  const conflictEffect = conflict === 'audit' || conflict === 'disabled' ? conflict : 'deny';
  return { resource, operations, conflictEffect };
}

/** Ids of the roles that an effect's details ask for: what the identity needs that carries it out. */
export function roleDefinitionIdsOf({ details }: EffectDescription): string[] {
  const ids = isObject(details) ? readKeyOf(details, 'roleDefinitionIds') : undefined;
  return isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
}
