import { type AliasTable, aliasesFromMap } from '#features/policy/index.ts';
import { aliasPaths } from './aliasPaths.ts';

let table: AliasTable | undefined;

/** The aliases that the pack's definitions use: enough to evaluate it where ARM's own table has not been read yet. */
export function starterAliases(): AliasTable {
  table ??= aliasesFromMap(aliasPaths);
  return table;
}
