import { assignmentProblems, findAssignable, plainParameters } from './assignmentChecks.ts';
import type { AssignmentInput, AssignmentUpdate } from './assignmentSchema.ts';
import { error } from './checks.ts';
import { type Condition, type Craft, create, findStored, identity, put, remove, type Shown } from './crud.ts';
import type { AssignmentRecord } from './model.ts';
import { nameFrom, ownId, parseOwnId } from './naming.ts';
import { refuseProblems } from './refusals.ts';
import type { Room } from './room.ts';
import { parseScope } from './scope.ts';

const KIND = 'assignment';

export const assignmentCraft: Craft<'assignment', AssignmentUpdate> = {
  kind: KIND,
  find: findAssignment,
  make: async (room, input, context) => {
    const { before, armId } = context;
    const { scope = '', name = '' } = parseOwnId(KIND, armId) ?? {};
    if (input.scope !== undefined && toScope(input.scope) !== scope) {
      const reason = `the scope of ${armId} is ${scope}; assign at another scope under another id`;
      refuseProblems('assignment', [error('$.scope', reason)]);
    }
    const wanted = input.policyDefinitionId ?? before?.policyDefinitionId ?? '';
    const assigned = await findAssignable(room, wanted);
    if (!assigned)
      return refuse([error('$.policyDefinitionId', `there is no definition or initiative ${wanted}`)]);
    if ('problems' in assigned) return refuse(assigned.problems);
    const record: AssignmentRecord = {
      ...identity(room, KIND, context),
      assignmentId: armId,
      ...fieldsOf(input, before),
      scope,
      policyDefinitionId: assigned.armId,
      displayName: input.displayName ?? before?.displayName ?? name,
    };
    refuseProblems('assignment', await assignmentProblems(room, record, assigned));
    return record;
  },
  usersOf: async (room, record, revision) => {
    const { exemptions } = await room.snapshots.get({ atLeast: revision });
    return exemptions
      .filter((each) => each.policyAssignmentId.toLowerCase() === record.assignmentId.toLowerCase())
      .map(({ exemptionId }) => exemptionId);
  },
};

function refuse(problems: Parameters<typeof refuseProblems>[1]): never {
  refuseProblems('assignment', problems);
  throw new TypeError('a refusal without an error');
}

/** What is given, else what was; a field that neither has stays away. */
function fieldsOf(input: AssignmentUpdate, before: AssignmentRecord | undefined) {
  const { description = before?.description, definitionVersion = before?.definitionVersion } = input;
  const { identity: identityOf = before?.identity, metadata = before?.metadata } = input;
  const notScopes = input.notScopes?.map(toScope) ?? before?.notScopes ?? [];
  const parameters = input.parameters ? plainParameters(input.parameters) : (before?.parameters ?? {});
  const lists = {
    overrides: input.overrides ?? before?.overrides ?? [],
    resourceSelectors: input.resourceSelectors ?? before?.resourceSelectors ?? [],
    nonComplianceMessages: input.nonComplianceMessages ?? before?.nonComplianceMessages ?? [],
  } as Pick<AssignmentRecord, 'overrides' | 'resourceSelectors' | 'nonComplianceMessages'>;
  return {
    notScopes,
    parameters,
    enforcementMode: input.enforcementMode ?? before?.enforcementMode ?? ('Default' as const),
    ...lists,
    ...(description !== undefined && { description }),
    ...(definitionVersion !== undefined && { definitionVersion }),
    ...(identityOf && { identity: identityOf }),
    ...(metadata && { metadata }),
  };
}

/** Lower-cased, without a slash at the end; as it is where it is no scope. */
export function toScope(text: string): string {
  return parseScope(text)?.id ?? text.trim().toLowerCase();
}

/** Of the table or of the starter pack, by short id or ARM id. */
export async function findAssignment(room: Room, id: string): Promise<AssignmentRecord | undefined> {
  const wanted = id.toLowerCase();
  const ours = room.pack.assignments.find(
    (each) => each.id === id || each.assignmentId.toLowerCase() === wanted,
  );
  return ours ?? findStored(room, KIND, id);
}

export async function createAssignment(
  room: Room,
  input: AssignmentInput,
  by: string,
): Promise<Shown<'assignment'>> {
  const name = input.name ?? nameFrom(input.displayName ?? '');
  return create(room, assignmentCraft, input, { armId: ownId(KIND, name, toScope(input.scope)), by });
}

export function putAssignment(
  room: Room,
  input: AssignmentUpdate,
  condition: Condition & { readonly id: string },
): Promise<Shown<'assignment'> & { readonly isNew: boolean }> {
  return put(room, assignmentCraft, input, {
    ...condition,
    isOwnId: (id) => parseOwnId(KIND, id)?.scope !== undefined,
  });
}

export function deleteAssignment(room: Room, condition: Condition & { readonly id: string }) {
  return remove(room, assignmentCraft, condition);
}
