import { isDeepStrictEqual } from 'node:util';
import { type EffectDescription, type Modification, modificationOf } from '#features/policy/index.ts';

/** Another assigned policy that would change the resource as well. */
export type Rival = { readonly name: string; readonly effect: EffectDescription };

/**
 * Why a modification would come to nothing because others change the same property to something else; empty where it
 * would not. Source: "modify effect", "conflictEffect": a deny wins over an audit, two denies refuse each other, of two
 * audits none is carried out.
 */
export function conflicts(own: Modification, rivals: readonly Rival[]): string[] {
  if (own.conflictEffect === 'disabled') return [];
  return rivals.flatMap(({ name, effect }) => {
    const other = modificationOf(effect);
    if (!other || other.conflictEffect === 'disabled') return [];
    const path = contested(own, other);
    if (path === undefined || (own.conflictEffect === 'deny' && other.conflictEffect === 'audit')) return [];
    if (own.conflictEffect === 'audit' && other.conflictEffect === 'deny')
      return [`"${name}" sets ${path} otherwise, and its conflictEffect deny wins`];
    return own.conflictEffect === 'deny'
      ? [`"${name}" sets ${path} otherwise, and both have the conflictEffect deny: Azure refuses the write`]
      : [`"${name}" sets ${path} otherwise, and of two conflictEffects audit none is carried out`];
  });
}

function contested(own: Modification, other: Modification): string | undefined {
  const ours = own.operations.filter(({ result }) => result === 'applied');
  return ours.find((mine) =>
    other.operations.some(
      (theirs) =>
        theirs.result === 'applied' &&
        theirs.path.toLowerCase() === mine.path.toLowerCase() &&
        !(theirs.operation === mine.operation && isDeepStrictEqual(theirs.value, mine.value)),
    ),
  )?.path;
}
