import { type AliasView, isWildcard, pathOf } from './view.ts';

/** A property of array members that the alias calls differently than ARM does. */
export interface MemberRemap {
  readonly chain: readonly string[];
  /** As ARM spells it. */
  readonly armLeaf: string;
  readonly aliasLeaf: string;
}

/** Remaps of member properties for an API version. */
export function memberRemaps(view: AliasView, apiVersion: string | undefined): MemberRemap[] {
  return view.entries.filter(isWildcard).flatMap((entry) => {
    const chain = entry.short.split('[*].');
    const arm = pathOf(entry, apiVersion).split('[*].');
    const aliasLeaf = chain.pop() ?? '';
    const armLeaf = (arm.at(-1) ?? '').replace(/^properties\./, '');
    const differs = arm.length >= 2 && chain.length > 0 && aliasLeaf.toLowerCase() !== armLeaf.toLowerCase();
    return differs ? [{ chain, armLeaf, aliasLeaf: aliasLeaf.toLowerCase() }] : [];
  });
}

/** Arrays that the alias calls differently than ARM does: [ARM's name, the alias' name]. */
export function arrayRenames(view: AliasView, apiVersion: string | undefined): [string, string][] {
  return view.entries.filter(isWildcard).flatMap((entry): [string, string][] => {
    const alias = entry.short.split('[*]')[0] ?? '';
    const arm = (pathOf(entry, apiVersion).split('[*]')[0] ?? '').replace(/^properties\./, '');
    return alias.toLowerCase() === arm.toLowerCase() ? [] : [[arm, alias]];
  });
}
