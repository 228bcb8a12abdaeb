import type { AliasSubject, AliasTable } from '../aliases/table.ts';
import type { JsonObject, Selected } from '../json/json.ts';
import type { Segment } from '../paths/parse.ts';

/** Which property of a resource a field names; applicability asks for type, name, kind and location. */
export type FieldKind =
  | 'type'
  | 'name'
  | 'fullName'
  | 'kind'
  | 'location'
  | 'id'
  | 'identity'
  | 'tags'
  | 'alias'
  | 'path';

/** A field name, resolved for one resource type and API version. */
export interface FieldReference {
  readonly kind: FieldKind;
  /** As the definition spells it. */
  readonly label: string;
  /** Path in the ARM document; empty where the alias has none. */
  readonly segments: readonly Segment[];
  /** The alias has no path for this resource: it reads as absent. */
  readonly absent?: boolean;
  /** No alias table was given, so the path is not known. */
  readonly unresolved?: boolean;
  /** What the field makes of the document instead of reading the path alone. */
  readonly compute?: (value: Selected, document: JsonObject) => Selected;
  /** How both sides are written before they are compared. */
  readonly normalize?: (text: string) => string;
}

/** A field name, or why it is none. */
export type ResolvedField =
  | { readonly ok: true; readonly reference: FieldReference }
  | {
      readonly ok: false;
      readonly problem: 'unknownField' | 'unknownAlias';
      readonly reason: string;
      readonly nearest?: string | undefined | (() => string | undefined);
    };

/** One kind of field name. */
export interface FieldEntry {
  /** @returns null when the text is not of this kind */
  readonly resolve: (text: string, context: FieldContext) => ResolvedField | null;
}

/** What field names are resolved against. */
export interface FieldContext {
  readonly aliases: AliasTable | null;
  readonly subject: AliasSubject;
  /** Whether a dotted name that is nothing else is a path from the document's root (for tests of other engines). */
  readonly barePaths: boolean;
  /** Whether an alias always has its default path. */
  readonly defaultPathsOnly: boolean;
  /** Collects the aliases that were asked for, lower-case. */
  readonly used?: Set<string>;
}

export function found(reference: FieldReference): ResolvedField {
  return { ok: true, reference };
}
