import type { Problem } from '#features/policy/index.ts';
import { findAssignable, scopeProblems, selectorProblems, unknownReferences } from './assignmentChecks.ts';
import type { ExemptionInput, ExemptionUpdate } from './assignmentSchema.ts';
import { findAssignment, toScope } from './assignments.ts';
import { error } from './checks.ts';
import { type Condition, type Craft, create, findStored, identity, put, remove, type Shown } from './crud.ts';
import type { AssignmentRecord, ExemptionRecord } from './model.ts';
import { nameFrom, ownId, parseOwnId } from './naming.ts';
import { refuseProblems } from './refusals.ts';
import type { Room } from './room.ts';
import { isWithin } from './scope.ts';

const KIND = 'exemption';

export const exemptionCraft: Craft<'exemption', ExemptionUpdate> = {
  kind: KIND,
  find: (room, id) => findStored(room, KIND, id),
  make: async (room, input, context) => {
    const { before, armId } = context;
    const { scope = '', name = '' } = parseOwnId(KIND, armId) ?? {};
    const wanted = input.policyAssignmentId ?? before?.policyAssignmentId ?? '';
    const assignment = await findAssignment(room, wanted);
    const { expiresOn = before?.expiresOn, metadata = before?.metadata } = input;
    const resourceSelectors = (input.resourceSelectors ??
      before?.resourceSelectors) as ExemptionRecord['resourceSelectors'];
    const record: ExemptionRecord = {
      ...identity(room, KIND, context),
      exemptionId: armId,
      scope,
      policyAssignmentId: assignment?.assignmentId ?? wanted,
      policyDefinitionReferenceIds:
        input.policyDefinitionReferenceIds ?? before?.policyDefinitionReferenceIds ?? [],
      exemptionCategory: input.exemptionCategory ?? before?.exemptionCategory ?? 'Waiver',
      displayName: input.displayName ?? before?.displayName ?? name,
      description: input.description ?? before?.description ?? '',
      ...(expiresOn !== undefined && { expiresOn }),
      ...(resourceSelectors && { resourceSelectors }),
      ...(metadata && { metadata }),
    };
    refuseProblems('exemption', [
      ...movedProblems(input, scope),
      ...(input.exemptionCategory || before
        ? []
        : [error('$.exemptionCategory', 'is required: Waiver or Mitigated')]),
      ...(await exemptionProblems(room, record, { assignment, isNewEnd: expiresOn !== before?.expiresOn })),
    ]);
    return record;
  },
  usersOf: async () => [],
};

function movedProblems({ scope: wanted }: ExemptionUpdate, scope: string): Problem[] {
  if (wanted === undefined || toScope(wanted) === scope) return [];
  return [error('$.scope', `the scope of an exemption cannot change; it is ${scope}`)];
}

async function exemptionProblems(
  room: Room,
  record: ExemptionRecord,
  context: { readonly assignment: AssignmentRecord | undefined; readonly isNewEnd: boolean },
): Promise<Problem[]> {
  const { assignment, isNewEnd } = context;
  const { expiresOn } = record;
  const hasEnded = expiresOn !== undefined && Date.parse(expiresOn) <= room.clock.now().getTime();
  return [
    ...(await scopeProblems(room, '$.scope', record.scope)),
    ...(hasEnded && isNewEnd ? [error('$.expiresOn', `${expiresOn} is past`)] : []),
    ...selectorProblems(record.resourceSelectors ?? []),
    ...(assignment
      ? await ofAssignment(room, record, assignment)
      : [error('$.policyAssignmentId', `there is no assignment ${record.policyAssignmentId.slice(0, 200)}`)]),
  ];
}

async function ofAssignment(
  room: Room,
  record: ExemptionRecord,
  assignment: AssignmentRecord,
): Promise<Problem[]> {
  const snapshot = await room.snapshots.get();
  const isBelow = isWithin(record.scope, assignment.scope, snapshot);
  const outside = isBelow
    ? []
    : [
        error(
          '$.scope',
          `${record.scope} does not lie within ${assignment.scope}, where the policy is assigned`,
        ),
      ];
  if (record.policyDefinitionReferenceIds.length === 0) return outside;
  const assigned = await findAssignable(room, assignment.policyDefinitionId);
  const known = assigned && 'referenceIds' in assigned ? assigned.referenceIds : undefined;
  const unknown = unknownReferences(record.policyDefinitionReferenceIds, known);
  return [
    ...outside,
    ...unknown.map((id) =>
      error(
        '$.policyDefinitionReferenceIds',
        known ? `the initiative has no member ${id}` : `${id}: only an initiative has members`,
      ),
    ),
  ];
}

export async function createExemption(
  room: Room,
  input: ExemptionInput,
  by: string,
): Promise<Shown<'exemption'>> {
  const name = input.name ?? nameFrom(input.displayName ?? '');
  return create(room, exemptionCraft, input, { armId: ownId(KIND, name, toScope(input.scope)), by });
}

export function putExemption(
  room: Room,
  input: ExemptionUpdate,
  condition: Condition & { readonly id: string },
): Promise<Shown<'exemption'> & { readonly isNew: boolean }> {
  return put(room, exemptionCraft, input, {
    ...condition,
    isOwnId: (id) => parseOwnId(KIND, id) !== undefined,
  });
}

export function deleteExemption(room: Room, condition: Condition & { readonly id: string }) {
  return remove(room, exemptionCraft, condition);
}
