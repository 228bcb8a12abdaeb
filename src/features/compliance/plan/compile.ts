import type {
  AssignmentRecord,
  DefinitionRecord,
  InitiativeRecord,
  Snapshot,
} from '#features/governance/index.ts';
import {
  type AliasTable,
  type CompiledPolicy,
  compileDefinition,
  compileInitiative,
  type JsonObject,
  type Problem,
  relatedInterest,
} from '#features/policy/index.ts';
import { codeOf, type Pair, type Rule } from './pair.ts';

type Compiled = { readonly made: readonly unknown[]; readonly pairs: readonly Pair[] };

/** Compiles assignments and remembers them for as long as what they were made of stays the same. */
export class PairCompiler {
  readonly #known = new WeakMap<AssignmentRecord, Compiled>();

  /** The pairs of an assignment; those of disabled definitions are left out, those that do not compile say why. */
  pairsOf(assignment: AssignmentRecord, snapshot: Snapshot): readonly Pair[] {
    const initiative = snapshot.initiatives.get(assignment.policyDefinitionId.toLowerCase());
    const members = initiative ? membersOf(initiative) : [];
    const ids = initiative ? members.map(({ id }) => id) : [assignment.policyDefinitionId];
    const definitions = ids.map((id) => snapshot.definitions.get(id.toLowerCase()));
    const made = [initiative, snapshot.aliases, ...definitions];
    const known = this.#known.get(assignment);
    if (known && known.made.length === made.length && known.made.every((each, i) => each === made[i]))
      return known.pairs;
    const site = { assignment, initiative, aliases: snapshot.aliases };
    const pairs = definitions.flatMap((definition, i) =>
      definition?.enabled === false ? [] : [toPair(definition, members[i], site)],
    );
    this.#known.set(assignment, { made, pairs });
    return pairs;
  }
}

type Member = { readonly id: string; readonly referenceId: string; readonly reference: JsonObject };
type Site = {
  readonly assignment: AssignmentRecord;
  readonly initiative: InitiativeRecord | undefined;
  readonly aliases: AliasTable;
};

/** Members of an initiative, each with the reference that Azure would give it. */
export function membersOf({ document }: InitiativeRecord): Member[] {
  const references = document.properties.policyDefinitions;
  if (!Array.isArray(references)) return [];
  return (references as readonly JsonObject[]).map((reference, index) => ({
    id: textOf(reference.policyDefinitionId),
    referenceId: textOf(reference.policyDefinitionReferenceId) || String(index),
    reference,
  }));
}

function toPair(definition: DefinitionRecord | undefined, member: Member | undefined, site: Site): Pair {
  const { assignment, initiative } = site;
  return {
    code: codeOf(assignment.assignmentId, member?.referenceId),
    assignment,
    assignmentCode: codeOf(assignment.assignmentId),
    initiative,
    referenceId: member?.referenceId,
    definition,
    rule: definition
      ? compileRule(definition, member, site)
      : { ok: false, reason: `there is no definition ${member?.id ?? assignment.policyDefinitionId}` },
  };
}

function compileRule(definition: DefinitionRecord, member: Member | undefined, site: Site): Rule {
  const source = toArm(definition);
  const { assignment, initiative, aliases } = site;
  if (!member || !initiative) {
    const result = compileDefinition(source, { aliases });
    if (!result.ok) return { ok: false, reason: reasonOf(result.problems) };
    return rule(result.policy, assignment.parameters, { definition, member, site });
  }
  const { policyDefinitions: _, ...properties } = initiative.document.properties;
  const alone = {
    id: initiative.initiativeId,
    properties: {
      ...properties,
      policyDefinitions: [{ ...member.reference, policyDefinitionReferenceId: member.referenceId }],
    },
  };
  const result = compileInitiative(alone, { definitionOf: () => source, aliases });
  if (!result.ok) return { ok: false, reason: reasonOf(result.problems) };
  const [compiled] = result.initiative.members;
  const bound = compiled?.parametersFor(assignment.parameters);
  if (!compiled || !bound) return { ok: false, reason: 'the initiative names no such member' };
  if ('fault' in bound) return { ok: false, reason: `parameters: ${bound.fault.reason}` };
  return rule(compiled.policy, bound.values, { definition, member, site });
}

function rule(
  policy: CompiledPolicy,
  parameters: JsonObject,
  of: { definition: DefinitionRecord; member: Member | undefined; site: Site },
): Rule {
  const { assignment, initiative } = of.site;
  return {
    ok: true,
    policy,
    parameters,
    context: {
      assignmentId: assignment.assignmentId,
      definitionId: of.definition.definitionId,
      ...(initiative && { setDefinitionId: initiative.initiativeId }),
      ...(of.member && { definitionReferenceId: of.member.referenceId }),
    },
    interest: relatedInterest(policy),
  };
}

/** A definition as ARM writes it. */
export function toArm({ definitionId, document }: DefinitionRecord): JsonObject {
  return { id: definitionId, name: document.name, properties: document.properties };
}

function reasonOf(problems: readonly Problem[]): string {
  const wrong = problems.filter(({ severity }) => severity === 'error');
  const told = wrong.slice(0, 5).map(({ path, reason }) => `${path} ${reason}`);
  const more = wrong.length > told.length ? `; and ${wrong.length - told.length} more` : '';
  return `the definition does not compile: ${told.join('; ')}${more}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
