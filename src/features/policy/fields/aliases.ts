import { aliasPath, findAlias } from '../aliases/table.ts';
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

function unknownAlias(text: string, context: FieldContext) {
  return {
    ok: false,
    problem: 'unknownAlias',
    reason: `there is no alias ${text}`,
    nearest: nearest(text, siblings(text, context)),
  } as const;
}

/** Aliases of the same resource type; of all types where the type itself is misspelt. */
function siblings(text: string, context: FieldContext): string[] {
  const prefix = text.slice(0, text.lastIndexOf('/') + 1).toLowerCase();
  const all = [...(context.aliases?.aliases.values() ?? [])].map((alias) => alias.name);
  const same = all.filter((name) => name.toLowerCase().startsWith(prefix));
  return same.length > 0 ? same : all.filter((name) => Math.abs(name.length - text.length) < 4);
}
