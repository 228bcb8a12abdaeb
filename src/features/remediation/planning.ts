import { isDeepStrictEqual } from 'node:util';
import { checkResources, ruleFor } from '#features/deployments/index.ts';
import { eventId } from '#features/events/index.ts';
import type { JsonObject } from '#features/policy/index.ts';
import { Failure } from '#platform/failure.ts';
import { asker, ended, type StepContext, type StepResult } from './context.ts';
import { judge, readNow } from './judge.ts';
import { textOf } from './mergePatch.ts';
import { makePlan, type PlanInput } from './plan.ts';
import type { Plan } from './schema.ts';

/** Makes the plan from the resource as Azure has it now; where there was one already, it must be the same. */
export async function plan(context: StepContext): Promise<StepResult> {
  const { shown } = context.kept;
  const document = await readNow(context);
  if (typeof document === 'string') return ended('failed', document);
  const view = await judge(context, document);
  if (typeof view === 'string') return ended('failed', view);
  const { state } = view.reasoning.outcome;
  if (state !== 'nonCompliant') return notNeeded(context, state);
  const made = makePlan(view);
  if (shown.plan && !isSameAction(shown.plan, made))
    return ended('outdated', 'the resource or the policy has changed since the plan: ask for a new one');
  const change = { plan: made, effect: effectOf(view) };
  if (made.action_type === 'manual') return { shown: { ...change, status: 'manual' } };
  if (!made.executable) return { shown: { ...change, status: 'denied', error: made.blocked_by.join('; ') } };
  return made.deployment ? planDeployment(context, change) : planPatch(context, change, document);
}

type Planned = { readonly plan: Plan; readonly effect: string };

function notNeeded({ ports }: StepContext, state: string): StepResult {
  const at = ports.clock.now().toISOString();
  const result = { changed: false, violation_gone: true, state, checked_at: at, created: [] };
  return { shown: { status: 'not_needed', result, error: `nothing to do: the policy says ${state}` } };
}

function effectOf({ reasoning: { outcome } }: PlanInput): string {
  return 'effect' in outcome ? outcome.effect : '';
}

/** Whether two plans do the same and lead back to the same. */
export function isSameAction(left: Plan, right: Plan): boolean {
  return (
    left.action_type === right.action_type &&
    isDeepStrictEqual(left.writes, right.writes) &&
    isDeepStrictEqual(left.rollback.writes, right.rollback.writes) &&
    isDeepStrictEqual(left.deployment?.template, right.deployment?.template) &&
    isDeepStrictEqual(left.deployment?.parameters, right.deployment?.parameters)
  );
}

async function planPatch(
  context: StepContext,
  { plan: made, effect }: Planned,
  document: JsonObject,
): Promise<StepResult> {
  const { tenantId, ports, kept } = context;
  const [id, type, apiVersion] = [document.id, document.type, document.apiVersion].map((each) =>
    textOf(each),
  );
  const after = {
    id: id ?? '',
    document: made.after as JsonObject,
    apiVersion: apiVersion ?? '',
    unknown: [],
  };
  const evaluate = (tenant: string, documents: readonly JsonObject[]) =>
    ports.compliance.evaluateDocuments(tenant, documents);
  const findings = await checkResources(evaluate, tenantId, [after]);
  const rules = await ports.deployments.rules(tenantId);
  const rule = ruleFor(rules, { resources: [{ id: id ?? '', type: type ?? '' }], findings });
  const whole = { ...made, findings, auto_approved: rule === undefined };
  const approval = rule ? { role: rule.role, rule: rule.name } : null;
  const change = { plan: whole, effect, approval };
  const denials = findings.filter(({ outcome }) => outcome === 'denied');
  if (denials.length > 0) {
    const error = denials.map(({ policy_name: name, reason }) => `${name}: ${reason}`).join('; ');
    return { shown: { ...change, status: 'denied', error } };
  }
  if (kept.shown.dry_run) return { shown: { ...change, status: 'planned' } };
  return { shown: { ...change, status: rule ? 'awaiting_approval' : 'executing' } };
}

/** A deployment of its own for each plan, a dry run first. */
async function planDeployment(context: StepContext, { plan: made, effect }: Planned): Promise<StepResult> {
  const { kept, tenantId, ports } = context;
  const { shown, memory } = kept;
  const wanted = made.deployment;
  if (!wanted) return ended('failed', 'there is no template');
  if (!ports.writer) {
    const note = 'what-if was not asked: it needs AZURE_WRITER_CLIENT_ID';
    const whole = { ...made, rollback_plan: note, rollback: { ...made.rollback, stays: [note] } };
    return { shown: { plan: whole, effect, status: 'planned' } };
  }
  const { resource_group_name: group, location, changes: _, ...rest } = wanted;
  const input = {
    ...rest,
    ...(group !== null && { resource_group_name: group }),
    ...(location !== null && { location }),
    dry_run: true,
  };
  const uuid = eventId(`${tenantId}|remediation|${shown.id}|${memory.attempt}`);
  const origin = { at: new Date(shown.created_at), uuid };
  try {
    const deployment = await ports.deployments.create(asker(context), input, origin);
    return { shown: { plan: made, effect, deployment_id: deployment.id, status: 'predicting' } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const told = (error.details.problems ?? []).map(({ field, reason }) => `${field}: ${reason}`);
    return { shown: { plan: made, ...ended('failed', [error.message, ...told].join('; ')).shown } };
  }
}
