import type { Deployments } from '#features/deployments/index.ts';
import { ended, patience, requester, type StepContext, type StepResult } from './context.ts';
import type { Plan } from './schema.ts';
import { readCreated } from './verifying.ts';

type Deployment = Awaited<ReturnType<Deployments['get']>>;

function deploymentOf(context: StepContext): Promise<Deployment> {
  return context.ports.deployments.get(requester(context), context.kept.shown.deployment_id ?? '');
}

/** Waits for the dry run of the deployment, and completes the plan with what Azure predicts. */
export async function predict(context: StepContext): Promise<StepResult> {
  const { shown } = context.kept;
  const deployment = await deploymentOf(context);
  const { status, changes, findings, error } = deployment;
  if (status === 'checking' || status === 'validating') return { againAfter: patience(context) };
  if (!shown.plan) return ended('failed', 'the plan is gone');
  const plan = { ...shown.plan, findings, ...foreseen(shown.plan, changes) };
  if (status !== 'planned') {
    const denials = findings.filter(({ outcome }) => outcome === 'denied').map(({ reason }) => reason);
    const reason = error ?? (denials.join('; ') || `the deployment is ${status}`);
    return { shown: { ...ended(status === 'denied' ? 'denied' : 'failed', reason).shown, plan } };
  }
  return { shown: { plan, status: shown.dry_run ? 'planned' : 'executing' } };
}

/** What can be undone: what the deployment creates; what it changes stays. */
function foreseen(plan: Plan, changes: Deployment['changes']): Partial<Plan> {
  const created = changes.filter(({ change }) => change === 'Create').map(({ resource_id: id }) => id);
  const unclear = changes.filter(({ change }) => !['Create', 'NoChange', 'Ignore'].includes(change));
  const stays = unclear.map(({ resource_id: id, change, paths }) =>
    paths.length > 0 ? `${id}: ${change} of ${paths.join(', ')}` : `${id}: ${change}`,
  );
  const isWhole = stays.length === 0;
  const told = [
    ...(created.length > 0 ? [`Deletes what the deployment created: ${created.join(', ')}.`] : []),
    ...(isWhole ? [] : [`Does not undo: ${stays.join('; ')}.`]),
  ];
  const possible = created.length === 0 ? ('none' as const) : isWhole ? ('all' as const) : ('part' as const);
  return {
    deployment: plan.deployment && { ...plan.deployment, changes },
    estimated_impact: isWhole ? 'Medium' : 'High',
    risk_level: isWhole ? 'Medium' : 'High',
    rollback_plan: told.join(' ') || 'There is nothing to undo.',
    rollback: { possible, writes: [], deletes: created, stays },
  };
}

/** Starts the deployment and follows it; what it waits for, the remediation waits for. */
export async function followDeployment(context: StepContext): Promise<StepResult> {
  const { shown } = context.kept;
  const deployment = await deploymentOf(context);
  const { status, approval, approved_by: approvedBy, error } = deployment;
  if (status === 'planned') {
    await context.ports.deployments.start(requester(context), deployment.id);
    return { againAfter: 1 };
  }
  if (status === 'awaiting_approval') {
    const waits = { shown: { status: 'awaiting_approval' as const, approval } };
    return shown.status === 'awaiting_approval' ? { againAfter: 'sweep' } : waits;
  }
  if (status === 'succeeded') return { shown: { status: 'verifying', approved_by: approvedBy } };
  if (['checking', 'validating', 'deploying', 'cancelling'].includes(status))
    return { shown: { status: 'executing' }, againAfter: patience(context) };
  if (status === 'rejected' || status === 'denied') return ended(status, error);
  // What it created before it ended can be undone.
  const memory = { created: await readCreated(context) };
  return status === 'cancelled'
    ? { ...ended('cancelled', error), memory }
    : { ...ended('failed', error ?? `the deployment is ${status}`), memory };
}
