import type { Json } from '#features/policy/index.ts';
import { checkInitiative, isObject } from './checks.ts';
import { type Condition, type Craft, create, identity, put, remove, type Shown } from './crud.ts';
import { versionOf } from './definitions.ts';
import type { PolicyDocument } from './model.ts';
import { nameFrom, ownId, parseOwnId } from './naming.ts';
import { refuseProblems } from './refusals.ts';
import type { Room } from './room.ts';
import type { InitiativeInput, InitiativeUpdate } from './schema.ts';

const KIND = 'initiative';

export const initiativeCraft: Craft<'initiative', InitiativeUpdate> = {
  kind: KIND,
  find: (room, id) => room.library.initiative(id),
  make: async (room, input, context) => {
    const { before, armId } = context;
    const name = parseOwnId(KIND, armId)?.name ?? '';
    const given = input.properties ?? before?.document.properties ?? {};
    const document = await withFullIds(room, { name, properties: { ...given, policyType: 'Custom' } });
    refuseProblems('initiative', (await checkInitiative(room, document)).problems);
    return {
      ...identity(room, KIND, context),
      initiativeId: armId,
      document,
      version: versionOf(document),
    };
  },
  usersOf: async (room, record, revision) => {
    const { assignments } = await room.snapshots.get({ atLeast: revision });
    return assignments
      .filter((each) => each.policyDefinitionId.toLowerCase() === record.initiativeId.toLowerCase())
      .map(({ assignmentId }) => assignmentId);
  },
};

export function createInitiative(
  room: Room,
  input: InitiativeInput,
  by: string,
): Promise<Shown<'initiative'>> {
  const name = input.name ?? nameFrom(input.properties.displayName);
  return create(room, initiativeCraft, input, { armId: ownId(KIND, name), by });
}

export function putInitiative(
  room: Room,
  input: InitiativeUpdate,
  condition: Condition & { readonly id: string },
): Promise<Shown<'initiative'> & { readonly isNew: boolean }> {
  return put(room, initiativeCraft, input, {
    ...condition,
    isOwnId: (id) => parseOwnId(KIND, id) !== undefined,
  });
}

export function deleteInitiative(room: Room, condition: Condition & { readonly id: string }) {
  return remove(room, initiativeCraft, condition);
}

/** Members may be given by our short ids; what is kept has ARM ids. */
export async function withFullIds(room: Room, document: PolicyDocument): Promise<PolicyDocument> {
  const { policyDefinitions } = document.properties;
  if (!Array.isArray(policyDefinitions)) return document;
  const members = await Promise.all(
    (policyDefinitions as readonly Json[]).map((member) => withFullId(room, member)),
  );
  return { ...document, properties: { ...document.properties, policyDefinitions: members } };
}

async function withFullId(room: Room, member: Json): Promise<Json> {
  if (!isObject(member)) return member;
  const { policyDefinitionId: id } = member;
  if (typeof id !== 'string' || !id.startsWith('pol_')) return member;
  const definition = await room.library.definition(id);
  return definition ? { ...member, policyDefinitionId: definition.definitionId } : member;
}
