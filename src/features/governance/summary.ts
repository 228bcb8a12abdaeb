import { armIdOf, keyOf } from './ids.ts';
import { membersOf } from './members.ts';
import type { DefinitionRecord, InitiativeRecord, Origin, Severity } from './model.ts';

export type PolicyType = 'BuiltIn' | 'Custom' | 'Static';

/** What lists filter and sort by, without the document. */
export type Summary = {
  readonly id: string;
  readonly armId: string;
  readonly origin: Origin;
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly category: string;
  readonly type: PolicyType;
  /** Of a definition. */
  readonly severity?: Severity;
  readonly enabled?: boolean;
  readonly frameworks?: DefinitionRecord['frameworks'];
  /** Of an initiative that was created here: keys of its members. */
  readonly members?: readonly string[];
};

/** Characters of a description that are kept for the search. */
const MAX_DESCRIPTION = 512;

export function summaryOf(
  kind: 'definition' | 'initiative',
  record: DefinitionRecord | InitiativeRecord,
): Summary {
  const { name, properties } = record.document;
  const common = {
    id: record.id,
    armId: armIdOf(kind, record as never),
    origin: record.origin,
    name,
    displayName: textOf(properties.displayName) || name,
    description: textOf(properties.description).slice(0, MAX_DESCRIPTION),
    category: categoryOf(record.document),
    type: policyTypeOf(record),
  };
  if (!('severity' in record)) {
    if (record.origin !== 'custom') return common;
    const members = membersOf(record).flatMap((id) => keyOf('definition', id) ?? []);
    return { ...common, members: [...new Set(members)] };
  }
  const { severity, enabled, frameworks } = record;
  return { ...common, severity, enabled, frameworks };
}

/** The category of the portal's list; empty where the document names none. */
export function categoryOf({ properties }: DefinitionRecord['document']): string {
  const { metadata } = properties;
  return typeof metadata === 'object' && metadata !== null && 'category' in metadata
    ? textOf(metadata.category)
    : '';
}

/** Azure's own word; what is ours is custom. */
export function policyTypeOf({ origin, document }: DefinitionRecord | InitiativeRecord): PolicyType {
  const given = textOf(document.properties.policyType).toLowerCase();
  if (origin !== 'azure') return 'Custom';
  return given === 'builtin' ? 'BuiltIn' : given === 'static' ? 'Static' : 'Custom';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
