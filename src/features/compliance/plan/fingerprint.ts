import { hash } from 'node:crypto';
import type { AssignmentRecord, ExemptionRecord, Snapshot } from '#features/governance/index.ts';
import { membersOf } from './compile.ts';

const ALIAS = /[a-z][\w-]*(?:\.[\w-]+)+\/[\w./[\]*-]+/gi;
const known = new WeakMap<object, string>();
const named = new WeakMap<object, readonly string[]>();

/** Short text that differs where anything differs that an assignment's outcomes depend on, wherever it is made. */
export function fingerprintOf(
  of: { readonly assignment: AssignmentRecord; readonly exemptions: readonly ExemptionRecord[] },
  snapshot: Snapshot,
): string {
  const { assignment, exemptions } = of;
  const initiative = snapshot.initiatives.get(assignment.policyDefinitionId.toLowerCase());
  const ids = initiative ? membersOf(initiative).map(({ id }) => id) : [assignment.policyDefinitionId];
  const definitions = ids.map((id) => snapshot.definitions.get(id.toLowerCase()));
  const parts = [
    once(assignment, ({ scope, notScopes, policyDefinitionId, parameters, overrides, resourceSelectors }) => [
      ...[scope, notScopes, policyDefinitionId, parameters, overrides, resourceSelectors],
    ]),
    initiative ? once(initiative, ({ document }) => document) : '',
    ...definitions.map((each) => (each ? once(each, ({ document, enabled }) => [document, enabled]) : '')),
    ...exemptions.map((each) =>
      once(
        each,
        ({ scope, policyDefinitionReferenceIds, expiresOn, resourceSelectors, exemptionCategory }) => [
          ...[scope, policyDefinitionReferenceIds, expiresOn, resourceSelectors, exemptionCategory],
        ],
      ),
    ),
    digest(JSON.stringify(aliasesOf([assignment, initiative, ...definitions], snapshot))),
  ];
  return digest(parts.join('|'));
}

/** What the table says of every alias that these records name. */
function aliasesOf(records: readonly (object | undefined)[], { aliases: { aliases } }: Snapshot): unknown[] {
  const names = new Set(records.flatMap((record) => (record ? namesIn(record) : [])));
  return [...names].sort().map((name) => [name, ...[...(aliases.get(name)?.targets ?? [])].flat()]);
}

/** Whatever of a record may be the name of an alias, in lower case. */
function namesIn(record: object): readonly string[] {
  const made = named.get(record) ?? [
    ...new Set((JSON.stringify(record).match(ALIAS) ?? []).map((name) => name.toLowerCase())),
  ];
  named.set(record, made);
  return made;
}

/** Records keep their identity while they stay the same, so each is read once. */
function once<T extends object>(record: T, select: (record: T) => unknown): string {
  const made = known.get(record) ?? digest(JSON.stringify(select(record)));
  known.set(record, made);
  return made;
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 12);
}
