import type { DocumentJudgement } from '#features/compliance/index.ts';
import {
  type EffectDescription,
  type JsonObject,
  modificationOf,
  roleDefinitionIdsOf,
} from '#features/policy/index.ts';
import { conflicts } from './conflicts.ts';
import { deploymentOf } from './deploymentOf.ts';
import { mergePatchBetween, pathsOf, textOf } from './mergePatch.ts';
import type { Plan } from './schema.ts';
import { afterWrites, type Write, writesBetween } from './writes.ts';

export type Reasoning = DocumentJudgement['reasonings'][number];

export type PlanInput = {
  /** The resource as Azure has it, with `apiVersion`. */
  readonly document: JsonObject;
  /** The violation. */
  readonly reasoning: Reasoning;
  /** All that is assigned says of the resource. */
  readonly reasonings: readonly Reasoning[];
};

const TAG_CONTRIBUTOR =
  '/providers/Microsoft.Authorization/roleDefinitions/4a9ae827-6dc8-4573-8ac7-8239d42aa03f';
const CONTRIBUTOR = '/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c';
const PRIORITIES = { critical: 'Critical', high: 'High', medium: 'Medium', low: 'Low' } as const;

/** What would mend a violation. Pure: says what is to be done, asks nobody and does nothing. */
export function makePlan(input: PlanInput): Plan {
  const effect = input.reasoning.explanation?.effect;
  const name = effect?.effect.toLowerCase();
  if (effect && (name === 'modify' || name === 'append')) return modificationPlan(input, effect);
  if (effect && name === 'deployifnotexists') return deploymentPlan(input, effect);
  return manualPlan(input);
}

function modificationPlan(input: PlanInput, effect: EffectDescription): Plan {
  const { apiVersion: _, ...before } = input.document;
  const modification = modificationOf(effect);
  const { apiVersion: __, ...after } = modification?.resource ?? input.document;
  const operations = modification?.operations ?? [];
  const writes = writesBetween(before, after);
  const isTagsOnly = writes.every(({ kind }) => kind === 'tags');
  const asked = roleDefinitionIdsOf(effect);
  const skipped = operations.flatMap(({ field, reason }) =>
    reason === undefined ? [] : [`${field}: ${reason}`],
  );
  const blocked = [
    ...(effect.fault === undefined ? [] : [effect.fault]),
    ...(writes.length === 0 && effect.fault === undefined
      ? [`no operation changes anything${skipped.length > 0 ? `: ${skipped.join('; ')}` : ''}`]
      : []),
    ...(modification ? conflicts(modification, rivalsOf(input)) : []),
  ];
  const paths = pathsOf(mergePatchBetween(before, after));
  return {
    ...common(input),
    action_type: effect.effect.toLowerCase() === 'append' ? 'append' : 'modify',
    description: `Sets ${paths.join(', ')} as the ${effect.effect} effect of the policy says.`,
    estimated_impact: isTagsOnly ? 'Low' : 'Medium',
    risk_level: isTagsOnly ? 'Low' : 'Medium',
    implementation_steps: numbered([
      'read the resource and evaluate the policy again; stop where the change is not this one any more',
      ...writes.map(describeWrite),
      'wait until Azure has finished, refresh the inventory and evaluate the policy again',
    ]),
    rollback_plan: `Sets back ${paths.join(', ')}; refused where the resource has changed since, unless forced.`,
    blocked_by: blocked,
    executable: blocked.length === 0,
    role_definition_ids: asked.length > 0 ? asked : [isTagsOnly ? TAG_CONTRIBUTOR : CONTRIBUTOR],
    operations: [...operations],
    writes,
    before,
    after: afterWrites(before, writes),
    paths,
    rollback: { possible: 'all', writes: writesBetween(after, before), deletes: [], stays: [] },
  };
}

function rivalsOf({ reasonings, reasoning }: PlanInput) {
  return reasonings.flatMap(({ pair, outcome, explanation }) => {
    const isRival =
      pair.code !== reasoning.pair.code &&
      outcome.state === 'nonCompliant' &&
      pair.assignment.enforcementMode !== 'DoNotEnforce';
    return isRival && explanation?.effect
      ? [{ name: pair.assignment.displayName, effect: explanation.effect }]
      : [];
  });
}

function describeWrite(write: Write): string {
  if (write.kind === 'patch')
    return `PATCH the resource (${pathsOf(write.body).join(', ')}); where its provider takes no PATCH, PUT all of it`;
  const names = Object.keys(write.tags).join(', ');
  return `${write.operation === 'Merge' ? 'set' : 'remove'} the tags ${names} by Microsoft.Resources/tags`;
}

function deploymentPlan(input: PlanInput, effect: EffectDescription): Plan {
  const found = effect.fault === undefined ? deploymentOf(effect.details, input.document) : effect.fault;
  const isSound = typeof found !== 'string';
  const roles = roleDefinitionIdsOf(effect);
  const where = isSound ? (found.resource_group_name ?? 'the subscription') : '';
  return {
    ...common(input),
    action_type: 'deployIfNotExists',
    description: `Deploys the template of the policy to ${where}.`,
    estimated_impact: 'Medium',
    risk_level: 'High',
    implementation_steps: numbered([
      `deploy the template of the policy, incremental, to ${where}: policy check, validation and what-if first`,
      'refresh the inventory and evaluate the policy again',
    ]),
    rollback_plan: 'Not known before what-if.',
    blocked_by: isSound ? [] : [found],
    executable: isSound,
    role_definition_ids: roles.length > 0 ? roles : [CONTRIBUTOR],
    deployment: isSound ? { ...found, changes: null } : null,
    rollback: { possible: 'none', writes: [], deletes: [], stays: [] },
  };
}

function manualPlan(input: PlanInput): Plan {
  const { pair, explanation, outcome } = input.reasoning;
  const remediation = pair.definition?.remediation;
  const id = textOf(input.document.id);
  const changes = (explanation?.changes ?? []).map(
    ({ action, property, to }) => `${action} ${property}${to === undefined ? '' : `: ${JSON.stringify(to)}`}`,
  );
  const effect = 'effect' in outcome ? outcome.effect : '';
  return {
    ...common(input),
    action_type: 'manual',
    description: remediation?.text ?? explanation?.sentence ?? '',
    estimated_impact: 'Medium',
    risk_level: 'Medium',
    implementation_steps: numbered([
      ...(remediation ? [remediation.text] : []),
      ...(remediation?.az === undefined ? [] : [remediation.az.replaceAll('<resource-id>', id)]),
      ...changes,
      'refresh the inventory: the next event or sync does it, and the finding goes',
    ]),
    rollback_plan: 'Whoever does it by hand undoes it by hand.',
    blocked_by: [`the effect ${effect} tells and changes nothing: only a person can follow the steps`],
  };
}

function common({ reasoning, document }: PlanInput): Plan {
  const { pair } = reasoning;
  const displayName = pair.definition?.document.properties.displayName;
  return {
    title: `${typeof displayName === 'string' ? displayName : (pair.definition?.document.name ?? 'A policy')}: ${textOf(document.name)}`,
    action_type: 'manual',
    description: '',
    estimated_impact: 'Low',
    risk_level: 'Low',
    priority: PRIORITIES[pair.definition?.severity ?? 'medium'],
    implementation_steps: '',
    rollback_plan: '',
    auto_approved: true,
    executable: false,
    blocked_by: [],
    role_definition_ids: [],
    operations: [],
    writes: [],
    before: null,
    after: null,
    paths: [],
    deployment: null,
    findings: [],
    rollback: { possible: 'none', writes: [], deletes: [], stays: [] },
  };
}

function numbered(steps: readonly string[]): string {
  return steps.map((step, index) => `${index + 1}. ${step}`).join('\n');
}
