import { hash } from 'node:crypto';
import type { AssignmentRecord, ExemptionRecord, Snapshot } from '#features/governance/index.ts';
import { membersOf } from './compile.ts';

const known = new WeakMap<object, string>();

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
    once(snapshot.aliases, (aliases) =>
      [...aliases.aliases].map(([name, { targets }]) => [name, ...[...targets].flat()]),
    ),
  ];
  return digest(parts.join('|'));
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
