import { type CompiledPolicy, checkParameterValues, type Problem } from '#features/policy/index.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { checkDefinition, checkInitiative, isObject } from './checks.ts';
import {
  type Condition,
  type Craft,
  changeOf,
  create,
  identity,
  put,
  remove,
  requireMatch,
  type Shown,
  shown,
} from './crud.ts';
import { keyOf } from './ids.ts';
import type { DefinitionRecord, PolicyDocument } from './model.ts';
import { nameFrom, ownId, parseOwnId } from './naming.ts';
import { noSuch, notOurs, refuseProblems } from './refusals.ts';
import { REMARK } from './remarks.ts';
import type { Room } from './room.ts';
import type { DefinitionInput, DefinitionUpdate } from './schema.ts';

const KIND = 'definition';
const CHECKS = 4;

export const definitionCraft: Craft<'definition', DefinitionUpdate> = {
  kind: KIND,
  find: (room, id) => room.library.definition(id),
  make: async (room, input, context) => {
    const { before, armId } = context;
    const name = parseOwnId(KIND, armId)?.name ?? '';
    const properties = { ...(input.properties ?? before?.document.properties), policyType: 'Custom' };
    const document: PolicyDocument = { name, properties };
    const { problems, policy } = await checkDefinition(room, document);
    const broken =
      before && policy
        ? [
            ...(await brokenAssignments(room, policy, before)),
            ...(await brokenInitiatives(room, document, before)),
          ]
        : [];
    const remediation = input.remediation === null ? undefined : (input.remediation ?? before?.remediation);
    refuseProblems('definition', [...problems, ...broken]);
    return {
      ...identity(room, KIND, context),
      definitionId: armId,
      document,
      severity: input.severity ?? before?.severity ?? 'medium',
      frameworks: input.frameworks ?? before?.frameworks ?? {},
      ...(remediation && { remediation: remediation as NonNullable<DefinitionRecord['remediation']> }),
      enabled: input.enabled ?? before?.enabled ?? true,
      version: versionOf(document),
    };
  },
  usersOf: async (room, record, revision) => {
    const key = keyOf(KIND, record.id) ?? '';
    const { assignments } = await room.snapshots.get({ atLeast: revision });
    const initiatives = await room.library.summaries('initiative', { atLeast: revision });
    return [
      ...assignments.filter((each) => isAbout(each, record)).map(({ assignmentId }) => assignmentId),
      ...initiatives.filter(({ members }) => members?.includes(key)).map(({ armId }) => armId),
    ];
  },
};

export function createDefinition(
  room: Room,
  input: DefinitionInput,
  by: string,
): Promise<Shown<'definition'>> {
  const name = input.name ?? nameFrom(input.properties.displayName);
  return create(room, definitionCraft, input, { armId: ownId(KIND, name), by });
}

/** Replaces a definition of ours; on another one, remarks. @throws Failure as `put` */
export async function putDefinition(
  room: Room,
  input: DefinitionUpdate,
  condition: Condition & { readonly id: string },
): Promise<Shown<'definition'> & { readonly isNew: boolean }> {
  const before = await room.library.definition(condition.id);
  if (before && before.origin !== 'custom') {
    return { ...(await remark(room, input, condition)), isNew: false };
  }
  return put(room, definitionCraft, input, {
    ...condition,
    isOwnId: (id) => parseOwnId(KIND, id) !== undefined,
  });
}

export function deleteDefinition(room: Room, condition: Condition & { readonly id: string }) {
  return remove(room, definitionCraft, condition);
}

/** Severity and whether it is enabled can be said of any definition; what else is sent must be as it is. */
async function remark(
  room: Room,
  input: DefinitionUpdate,
  condition: Condition & { readonly id: string },
): Promise<Shown<'definition'>> {
  let made: DefinitionRecord | undefined;
  await room.change(async () => {
    const before = await room.library.definition(condition.id);
    if (!before) throw noSuch(KIND, condition.id);
    requireMatch(room, { kind: KIND, before, ifMatch: condition.ifMatch });
    if (!saysNothingElse(input, before)) throw notOurs(KIND, before);
    const { enabled = before.enabled, severity = before.severity } = input;
    made = { ...before, enabled, severity };
    if (enabled === before.enabled && severity === before.severity) return undefined;
    const row = { remark: JSON.stringify({ enabled, severity }) };
    const rowKey = REMARK + (keyOf(KIND, before.id) ?? '');
    return { changes: [changeOf(KIND, 'updated', made)], rows: [{ kind: 'upsert', rowKey, row }] };
  });
  if (!made) throw noSuch(KIND, condition.id);
  return shown(room, KIND, made);
}

function saysNothingElse(input: DefinitionUpdate, before: DefinitionRecord): boolean {
  const { name, properties, frameworks, remediation } = input;
  const same = (given: unknown, known: unknown) =>
    given === undefined || JSON.stringify(given) === JSON.stringify(known);
  return (
    same(name, before.document.name) &&
    same(properties, before.document.properties) &&
    same(frameworks, before.frameworks) &&
    same(remediation, before.remediation ?? null)
  );
}

/** What a change of a definition would break: the parameter values of its assignments. */
async function brokenAssignments(
  room: Room,
  policy: CompiledPolicy,
  before: DefinitionRecord,
): Promise<Problem[]> {
  const { assignments } = await room.snapshots.get();
  return assignments
    .filter((each) => isAbout(each, before))
    .flatMap((each) =>
      checkParameterValues(policy.parameters, each.parameters).map((problem) => ({
        ...problem,
        reason: `assignment ${each.id} (${each.displayName}) would no longer be valid: ${problem.reason}`,
      })),
    );
}

/** What a change of a definition would newly break: the values that initiatives hand to it. */
async function brokenInitiatives(
  room: Room,
  document: PolicyDocument,
  before: DefinitionRecord,
): Promise<Problem[]> {
  const key = keyOf(KIND, before.id) ?? '';
  const summaries = await room.library.summaries('initiative');
  const using = summaries.filter(({ members }) => members?.includes(key));
  const broken = await mapConcurrently(using, CHECKS, async ({ armId }) => {
    const initiative = await room.library.initiative(armId);
    if (!initiative) return [];
    const { problems: known } = await checkInitiative(room, initiative.document);
    const replacement = { definitionId: before.definitionId, document };
    const { problems } = await checkInitiative(room, initiative.document, replacement);
    const isNew = ({ path, reason, severity }: Problem) =>
      severity === 'error' && !known.some((each) => each.path === path && each.reason === reason);
    return problems.filter(isNew).map((problem) => ({
      ...problem,
      reason: `initiative ${initiative.id} would no longer be valid: ${problem.reason}`,
    }));
  });
  return broken.flat();
}

function isAbout(assignment: { readonly policyDefinitionId: string }, record: DefinitionRecord): boolean {
  return assignment.policyDefinitionId.toLowerCase() === record.definitionId.toLowerCase();
}

/** Azure keeps the version in `version`, older documents in the metadata. */
export function versionOf({ properties }: PolicyDocument): string {
  const { version, metadata } = properties;
  const given = version ?? (isObject(metadata) ? metadata.version : undefined);
  return typeof given === 'string' && given !== '' ? given : '1.0.0';
}
