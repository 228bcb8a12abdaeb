import { type AliasTable, aliasPath, findAlias } from '../aliases/table.ts';
import { parsePath } from '../paths/parse.ts';
import { nearest } from '../text/nearest.ts';
import { type FieldContext, type FieldEntry, type FieldReference, found } from './reference.ts';

/** Property aliases: `Namespace/type/property`. */
export const aliasFields: FieldEntry = {
  resolve(text, context) {
    if (!text.includes('/')) return null;
    if (context.aliases === null && context.barePaths) return null;
    if (context.aliases === null)
      return found({ kind: 'alias', label: text, segments: [], unresolved: true });
    const alias = findAlias(context.aliases, text);
    if (alias === undefined) return context.barePaths ? null : unknownAlias(text, context);
    context.used?.add(text.toLowerCase());
    const { type } = context.subject;
    const path = aliasPath(alias, context.defaultPathsOnly ? { type } : context.subject);
    const segments = path === null ? null : parsePath(path);
    const reference: FieldReference = { kind: 'alias', label: text, segments: segments ?? [] };
    return found(segments === null ? { ...reference, absent: true } : reference);
  },
};

function unknownAlias(text: string, { aliases }: FieldContext) {
  return {
    ok: false,
    problem: 'unknownAlias',
    reason: `there is no alias ${text}`,
    nearest: () => (aliases === null ? undefined : nearestAlias(text, aliases)),
  } as const;
}

/** Among the aliases of the same resource type; where there is no such type, of the one with the nearest name. */
function nearestAlias(text: string, table: AliasTable): string | undefined {
  const byPrefix = namesByPrefix(table);
  const prefix = prefixOf(text);
  const known = byPrefix.has(prefix) ? prefix : nearest(prefix, byPrefix.keys());
  return known === undefined ? undefined : nearest(text, byPrefix.get(known) ?? []);
}

const groups = new WeakMap<AliasTable, ReadonlyMap<string, readonly string[]>>();

/** The names of a table's aliases by what stands before the property: tens of thousands, so grouped once. */
function namesByPrefix(table: AliasTable): ReadonlyMap<string, readonly string[]> {
  const grouped =
    groups.get(table) ??
    Map.groupBy(
      Array.from(table.aliases.values(), ({ name }) => name),
      prefixOf,
    );
  groups.set(table, grouped);
  return grouped;
}

function prefixOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/') + 1).toLowerCase();
}
