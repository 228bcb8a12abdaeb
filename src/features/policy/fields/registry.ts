import { nearest } from '../text/nearest.ts';
import { aliasFields } from './aliases.ts';
import { barePathFields } from './barePaths.ts';
import { builtinFieldNames, builtinFields } from './builtin.ts';
import { identityFields } from './identity.ts';
import type { FieldContext, FieldEntry, ResolvedField } from './reference.ts';
import { tagFields } from './tags.ts';

/** The kinds of field names, one line each; the first that recognises a text decides. */
const entries: readonly FieldEntry[] = [
  builtinFields,
  tagFields,
  identityFields,
  aliasFields,
  barePathFields,
];

/** Resolves a field name for one resource type and API version. */
export function resolveField(text: string, context: FieldContext): ResolvedField {
  for (const entry of entries) {
    const resolved = entry.resolve(text, context);
    if (resolved !== null) return resolved;
  }
  return {
    ok: false,
    problem: 'unknownField',
    reason: `${text} is neither a field nor an alias`,
    nearest: nearest(text, builtinFieldNames),
  };
}
