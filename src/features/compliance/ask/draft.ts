import {
  type AssignmentRecord,
  type DefinitionRecord,
  type InitiativeRecord,
  parseScope,
  type Snapshot,
  shortId,
} from '#features/governance/index.ts';
import {
  compileDefinition,
  compileInitiative,
  type JsonObject,
  type Problem,
} from '#features/policy/index.ts';
import { Failure, type FieldProblem } from '#platform/failure.ts';
import { toArm } from '../plan/compile.ts';
import type { WhatIfInput } from '../schema.ts';
import type { Room } from '../work/room.ts';

const NAME = 'what-if';
const PROVIDER = '/providers/PolicyCortex';
const NOBODY = { createdAt: '', createdBy: NAME, updatedAt: '', updatedBy: NAME };

/**
 * The snapshot as it would be with a draft saved. A definition or initiative with the id of one that is assigned takes
 * its place wherever that is; any other is assigned as the draft says, or to the whole tenant.
 * @throws Failure `unprocessable` with every problem of the draft; `notFound` for a policy that is named and missing
 */
export async function applyDraft(input: WhatIfInput, snapshot: Snapshot, room: Room): Promise<Snapshot> {
  const definitions = new Map(snapshot.definitions);
  const initiatives = new Map(snapshot.initiatives);
  const known = input.policyId === undefined ? undefined : await findPolicy(input.policyId, room);
  if (known && 'definitionId' in known) definitions.set(known.definitionId.toLowerCase(), known);
  if (known && 'initiativeId' in known) await addInitiative(known, { definitions, initiatives }, room);
  let target = known && ('definitionId' in known ? known.definitionId : known.initiativeId);
  if (input.definition) {
    const drafted = draftDefinition(input.definition, known && 'definitionId' in known ? known : undefined);
    checkDefinition(drafted, snapshot);
    definitions.set(drafted.definitionId.toLowerCase(), drafted);
    target = drafted.definitionId;
  }
  if (input.initiative) {
    const drafted = draftInitiative(input.initiative, known && 'initiativeId' in known ? known : undefined);
    await addInitiative(drafted, { definitions, initiatives }, room);
    checkInitiative(drafted, definitions, snapshot);
    target = drafted.initiativeId;
  }
  const isAssigned = snapshot.assignments.some(
    ({ policyDefinitionId }) => policyDefinitionId.toLowerCase() === target?.toLowerCase(),
  );
  const isReplacement = (input.definition || input.initiative) && isAssigned && !input.assignment;
  const assignments =
    isReplacement || target === undefined ? snapshot.assignments : withAssignment(input, target, snapshot);
  return { ...snapshot, revision: `${snapshot.revision}+draft`, definitions, initiatives, assignments };
}

/** @throws Failure `notFound` */
export async function findPolicy(id: string, room: Room): Promise<DefinitionRecord | InitiativeRecord> {
  const found = (await room.governance.findDefinition(id)) ?? (await room.governance.findInitiative(id));
  if (found) return found;
  throw new Failure('notFound', `there is no policy ${id}`, {
    next: 'list those there are with GET /api/v1/policies',
  });
}

type Maps = { definitions: Map<string, DefinitionRecord>; initiatives: Map<string, InitiativeRecord> };

async function addInitiative(
  initiative: InitiativeRecord,
  { definitions, initiatives }: Maps,
  room: Room,
): Promise<void> {
  initiatives.set(initiative.initiativeId.toLowerCase(), initiative);
  const members = initiative.document.properties.policyDefinitions;
  for (const member of Array.isArray(members) ? (members as readonly JsonObject[]) : []) {
    const id = typeof member.policyDefinitionId === 'string' ? member.policyDefinitionId : '';
    if (definitions.has(id.toLowerCase())) continue;
    const found = await room.governance.findDefinition(id);
    if (found) definitions.set(id.toLowerCase(), found);
  }
}

function draftDefinition(source: JsonObject, known: DefinitionRecord | undefined): DefinitionRecord {
  const document = documentOf(source, known?.document.name);
  const definitionId = known?.definitionId ?? `${PROVIDER}/policyDefinitions/${document.name}`;
  const base = known ?? {
    severity: 'medium' as const,
    frameworks: {},
    enabled: true,
    version: '0.0.0',
    origin: 'custom' as const,
  };
  return { ...NOBODY, ...base, id: shortId('definition', definitionId), definitionId, document };
}

function draftInitiative(source: JsonObject, known: InitiativeRecord | undefined): InitiativeRecord {
  const document = documentOf(source, known?.document.name);
  const initiativeId = known?.initiativeId ?? `${PROVIDER}/policySetDefinitions/${document.name}`;
  const base = known ?? { version: '0.0.0', origin: 'custom' as const };
  return { ...NOBODY, ...base, id: shortId('initiative', initiativeId), initiativeId, document };
}

/** ARM's `{name, properties}`, its properties, or a bare rule. */
function documentOf(source: JsonObject, name = typeof source.name === 'string' ? source.name : NAME) {
  const { properties } = source;
  if (properties !== null && typeof properties === 'object' && !Array.isArray(properties))
    return { name, properties: properties as JsonObject };
  return { name, properties: 'if' in source ? { mode: 'All', policyRule: source } : source };
}

function withAssignment(input: WhatIfInput, target: string, snapshot: Snapshot): AssignmentRecord[] {
  const { assignment = {} } = input;
  const scope = assignment.scope === undefined ? snapshot.root : parseScope(assignment.scope)?.id;
  if (scope === undefined) {
    const problem = {
      field: '/assignment/scope',
      reason: 'is no scope',
      fix: 'give the ARM id of a management group, subscription, resource group or resource',
    };
    throw new Failure('unprocessable', 'the draft is not valid', { problems: [problem] });
  }
  const assignmentId =
    assignment.id ?? `${scope}/providers/Microsoft.Authorization/policyAssignments/${NAME}`;
  const drafted: AssignmentRecord = {
    ...NOBODY,
    id: shortId('assignment', assignmentId),
    assignmentId,
    origin: 'custom',
    scope,
    notScopes: (assignment.notScopes ?? []).map((each) => each.toLowerCase()),
    policyDefinitionId: target,
    parameters: (assignment.parameters ?? {}) as JsonObject,
    enforcementMode: assignment.enforcementMode ?? 'Default',
    overrides: assignment.overrides ?? [],
    resourceSelectors: assignment.resourceSelectors ?? [],
    nonComplianceMessages: [],
    displayName: assignment.displayName ?? NAME,
  };
  const others = snapshot.assignments.filter(
    (each) => each.assignmentId.toLowerCase() !== assignmentId.toLowerCase(),
  );
  return [...others, drafted];
}

function checkDefinition(definition: DefinitionRecord, { aliases }: Snapshot): void {
  const result = compileDefinition(toArm(definition), { aliases });
  if (!result.ok) throw notValid(result.problems, '/definition');
}

function checkInitiative(
  { initiativeId, document }: InitiativeRecord,
  definitions: ReadonlyMap<string, DefinitionRecord>,
  { aliases }: Snapshot,
): void {
  const source = { id: initiativeId, name: document.name, properties: document.properties };
  const definitionOf = (id: string) => {
    const found = definitions.get(id.toLowerCase());
    return found && toArm(found);
  };
  const result = compileInitiative(source, { definitionOf, aliases });
  if (!result.ok) throw notValid(result.problems, '/initiative');
}

function notValid(all: readonly Problem[], field: string): Failure {
  const problems = all
    .filter(({ severity }) => severity === 'error')
    .map(
      ({ path, reason, nearest }): FieldProblem => ({
        field: `${field}${path
          .replace(/^\$/, '')
          .replace(/\[(\d+)\]/g, '/$1')
          .replaceAll('.', '/')}`,
        reason,
        ...(nearest !== undefined && { fix: `did you mean ${nearest}?` }),
      }),
    );
  return new Failure('unprocessable', 'the draft does not compile', { problems });
}
