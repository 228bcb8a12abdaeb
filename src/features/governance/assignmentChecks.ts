import {
  type CompiledPolicy,
  checkParameterValues,
  compileDefinition,
  compileInitiative,
  type JsonObject,
  type Problem,
} from '#features/policy/index.ts';
import { error, isObject, LIMITS } from './checks.ts';
import { membersOf } from './members.ts';
import type { AssignmentRecord, DefinitionRecord, InitiativeRecord } from './model.ts';
import type { Room } from './room.ts';
import { isWithin, parseScope } from './scope.ts';

/** What an assignment assigns: what values it takes, and what overrides and exemptions may name. */
export type Assignable = {
  readonly armId: string;
  readonly parameters: CompiledPolicy['parameters'];
  /** Effects that may be chosen; undefined where that is not known. */
  readonly effects: ReadonlySet<string> | undefined;
  /** Reference ids of an initiative's members; undefined for a definition. */
  readonly referenceIds: readonly string[] | undefined;
};

/** A definition or initiative by short id or ARM id; undefined where there is none. */
export async function findAssignable(
  room: Room,
  id: string,
): Promise<Assignable | { readonly problems: readonly Problem[] } | undefined> {
  const definition = await room.library.definition(id);
  if (definition) return assignableDefinition(room, definition);
  const initiative = await room.library.initiative(id);
  return initiative && assignableInitiative(room, initiative);
}

async function assignableDefinition(room: Room, { definitionId, document }: DefinitionRecord) {
  const { aliases } = await room.aliases();
  const result = compileDefinition(document, { aliases, unknownAliases: 'notApplicable' });
  if (!result.ok) return { problems: result.problems };
  const effects = result.policy.effects.map(({ name }) => name.toLowerCase());
  return {
    armId: definitionId,
    parameters: result.policy.parameters,
    effects: effects.length === 0 ? undefined : new Set(effects),
    referenceIds: undefined,
  };
}

async function assignableInitiative(room: Room, record: InitiativeRecord) {
  const { aliases } = await room.aliases();
  const definitions = await room.library.definitions(membersOf(record));
  const result = compileInitiative(record.document, {
    aliases,
    unknownAliases: 'notApplicable',
    definitionOf: (id) => definitions.get(id.toLowerCase())?.document,
  });
  if (!result.ok) return { problems: result.problems };
  return {
    armId: record.initiativeId,
    parameters: result.initiative.parameters,
    effects: undefined,
    referenceIds: result.initiative.members.map(({ referenceId }) => referenceId),
  };
}

/** Whether a scope exists, as far as the inventory and the management groups that could be read tell. */
export async function scopeProblems(room: Room, path: string, text: string): Promise<Problem[]> {
  const scope = parseScope(text);
  if (!scope) {
    const form = '/subscriptions/…, or /providers/Microsoft.Management/managementGroups/…';
    return [error(path, `${text.slice(0, 200)} is no scope: it must be like ${form}`)];
  }
  const { root } = await room.snapshots.get();
  if (scope.managementGroup !== undefined) {
    const { groups } = await room.store.managementGroups();
    const isKnown = scope.id === root || Object.hasOwn(groups, scope.managementGroup);
    return isKnown ? [] : [error(path, `there is no management group ${scope.managementGroup}`)];
  }
  if (!(await room.estate.knowsSubscription(scope.subscriptionId ?? '')))
    return [error(path, `subscription ${scope.subscriptionId} is not among those that are watched`)];
  if (scope.kind === 'subscription' || (await room.estate.knowsResource(scope.id))) return [];
  return [error(path, `there is no ${scope.id} in the inventory`)];
}

/** Everything that is wrong with an assignment of something that exists. */
export async function assignmentProblems(
  room: Room,
  record: AssignmentRecord,
  assigned: Assignable,
): Promise<Problem[]> {
  const snapshot = await room.snapshots.get();
  const outside = record.notScopes.flatMap((notScope, index) => {
    const path = `$.notScopes[${index}]`;
    if (!parseScope(notScope)) return [error(path, `${notScope.slice(0, 200)} is no scope`)];
    const isBelow = notScope !== record.scope && isWithin(notScope, record.scope, snapshot);
    return isBelow ? [] : [error(path, `${notScope} does not lie below ${record.scope}`)];
  });
  return [
    ...(await scopeProblems(room, '$.scope', record.scope)),
    ...tooMany('$.notScopes', record.notScopes, LIMITS.notScopes),
    ...outside,
    ...checkParameterValues(assigned.parameters, record.parameters),
    ...selectorProblems(record.resourceSelectors),
    ...overrideProblems(record, assigned),
    ...messageProblems(record, assigned),
  ];
}

const SELECTOR_KINDS = [
  'resourceLocation',
  'resourceType',
  'resourceWithoutLocation',
  'policyDefinitionReferenceId',
];

type Selector = {
  readonly kind: string;
  readonly in?: readonly string[];
  readonly notIn?: readonly string[];
};

/** Source: learn.microsoft.com, "Azure Policy assignment structure", "Resource selectors". */
export function selectorProblems(
  groups: AssignmentRecord['resourceSelectors'],
  path = '$.resourceSelectors',
): Problem[] {
  return [
    ...tooMany(path, groups, LIMITS.selectorGroups),
    ...groups.flatMap(({ selectors }, group) =>
      selectors.flatMap((selector, index) =>
        oneSelector(selector, `${path}[${group}].selectors[${index}]`, SELECTOR_KINDS.slice(0, 3)),
      ),
    ),
  ];
}

function oneSelector(selector: Selector, path: string, kinds: readonly string[]): Problem[] {
  const values = selector.in ?? selector.notIn ?? [];
  const isKnown = kinds.some((kind) => kind.toLowerCase() === selector.kind.toLowerCase());
  const isBoth = selector.in !== undefined && selector.notIn !== undefined;
  const isBare = selector.in === undefined && selector.notIn === undefined;
  const takesNone = selector.kind.toLowerCase() === 'resourcewithoutlocation';
  return [
    ...(isKnown ? [] : [error(`${path}.kind`, `${selector.kind} is none of ${kinds.join(', ')}`)]),
    ...(isBoth ? [error(path, 'in and notIn exclude each other')] : []),
    ...(isBare && !takesNone ? [error(path, 'needs in or notIn')] : []),
    ...tooMany(path, values, LIMITS.selectorValues),
  ];
}

function overrideProblems(record: AssignmentRecord, { effects, referenceIds }: Assignable): Problem[] {
  const problems = record.overrides.flatMap((override, index) => {
    const path = `$.overrides[${index}]`;
    const isEffect = override.kind.toLowerCase() === 'policyeffect';
    const isPossible = effects === undefined || effects.has(override.value.toLowerCase());
    const kinds = referenceIds
      ? SELECTOR_KINDS.filter((kind) => kind !== 'resourceWithoutLocation')
      : SELECTOR_KINDS.slice(0, 2);
    const unknown = (override.selectors ?? []).flatMap((selector) =>
      selector.kind.toLowerCase() === 'policydefinitionreferenceid'
        ? unknownReferences(selector.in ?? selector.notIn ?? [], referenceIds)
        : [],
    );
    return [
      ...(isEffect ? [] : [error(`${path}.kind`, `${override.kind} is not policyEffect`, 'policyEffect')]),
      ...(isPossible
        ? []
        : [error(`${path}.value`, `the definition cannot have the effect ${override.value}`)]),
      ...(override.selectors ?? []).flatMap((selector, at) =>
        oneSelector(selector, `${path}.selectors[${at}]`, kinds),
      ),
      ...unknown.map((id) => error(`${path}.selectors`, `the initiative has no member ${id}`)),
    ];
  });
  return [...tooMany('$.overrides', record.overrides, LIMITS.overrides), ...problems];
}

function messageProblems(record: AssignmentRecord, { referenceIds }: Assignable): Problem[] {
  return record.nonComplianceMessages.flatMap(({ policyDefinitionReferenceId: id }, index) => {
    if (id === undefined || unknownReferences([id], referenceIds).length === 0) return [];
    return [error(`$.nonComplianceMessages[${index}]`, `what is assigned has no member ${id}`)];
  });
}

/** Those of some reference ids that an initiative does not have. */
export function unknownReferences(
  ids: readonly string[],
  referenceIds: readonly string[] | undefined,
): string[] {
  const known = new Set((referenceIds ?? []).map((id) => id.toLowerCase()));
  return ids.filter((id) => !known.has(id.toLowerCase()));
}

function tooMany(path: string, list: readonly unknown[], limit: number): Problem[] {
  return list.length > limit ? [error(path, `${list.length} of them; Azure takes ${limit}`)] : [];
}

/** Values without ARM's `{value}` around each. */
export function plainParameters(given: JsonObject): JsonObject {
  const values = Object.values(given);
  const isArm =
    values.length > 0 && values.every((each) => isObject(each) && Object.keys(each).join() === 'value');
  if (!isArm) return given;
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, each]) => (isObject(each) ? [[name, each.value ?? null]] : [])),
  );
}
