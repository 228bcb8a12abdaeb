import type { DefinitionRecord, Severity } from './model.ts';

/** What may be said here of a definition that is not ours: it outlives every sync and upgrade. */
export type Remark = { readonly enabled?: boolean; readonly severity?: Severity };

/** Row key prefix of remarks; the key is the definition's. */
export const REMARK = 'n|';

/** Definitions with what has been remarked on them. A record and its remark together keep their identity. */
export class Remarked {
  readonly #made = new Map<
    string,
    { readonly base: DefinitionRecord; readonly text: string; readonly made: DefinitionRecord }
  >();

  with(base: DefinitionRecord, remark: Remark | undefined): DefinitionRecord {
    if (!remark) return base;
    const text = JSON.stringify(remark);
    const known = this.#made.get(base.id);
    if (known?.base === base && known.text === text) return known.made;
    const made = { ...base, ...remark };
    this.#made.set(base.id, { base, text, made });
    return made;
  }
}
