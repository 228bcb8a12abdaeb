import { eventId } from '#features/events/index.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { patience, type StepContext, type StepResult } from './context.ts';
import { whyNoRollback } from './rollback.ts';
import type { Filter, Remediation, Status } from './schema.ts';
import { type Change, isResting } from './store.ts';

type Child = { readonly id: string; readonly status: Status };

const CONCURRENCY = 16;
const PAGE = 1000;
const FAILED: ReadonlySet<Status> = new Set(['failed', 'outdated', 'denied', 'rejected']);
/** What a policy denies is no failure of an operation: it stops nothing. */
const STOPPING: ReadonlySet<Status> = new Set(['failed', 'outdated']);
const DONE_WELL: ReadonlySet<Status> = new Set(['succeeded', 'not_needed']);

/** Makes one remediation, still queued, of each finding of the filter; those that are there already stay. */
export async function collect(context: StepContext): Promise<StepResult> {
  const { store, kept } = context;
  const { id: parentId, bulk } = kept.shown;
  if (!bulk) return { shown: { status: 'failed', error: 'the filter is gone' } };
  const known = new Set((await store.children(parentId)).map(({ id }) => id));
  let name = kept.shown.policy_name;
  for await (const page of findingsOf(context, bulk.filter)) {
    const room = bulk.resource_count - known.size;
    const fresh = page
      .map((finding) => ({ ...childOf(kept.shown, finding), id: `${parentId}-${shortHash(finding.id)}` }))
      .filter(({ id }) => !known.has(id))
      .slice(0, room);
    await mapConcurrently(fresh, CONCURRENCY, (child) => store.insert(child, { attempt: 1 }));
    for (const { id, policy_name: policy } of fresh) {
      known.add(id);
      name ||= policy;
    }
    if (known.size >= bulk.resource_count) break;
  }
  if (known.size === 0)
    return { shown: { status: 'not_needed', error: 'nothing to do: no finding is of the filter' } };
  return { shown: { status: 'running', policy_name: name } };
}

type Finding = Awaited<ReturnType<StepContext['ports']['compliance']['findings']>>['data'][number];

async function* findingsOf({ tenantId, ports }: StepContext, filter: Filter): AsyncGenerator<Finding[]> {
  const { policy_id: policy, assignment_id: assignment, resource_type: type } = filter;
  const { subscription_id: subscription, resource_group: group } = filter;
  let cursor: string | undefined;
  do {
    const page = await ports.compliance.findings(tenantId, {
      ...(policy !== undefined && { policyId: [policy] }),
      ...(assignment !== undefined && { assignmentId: [assignment] }),
      ...(subscription !== undefined && { subscriptionId: [subscription] }),
      ...(group !== undefined && { resourceGroup: [group] }),
      ...(type !== undefined && { resourceType: [type] }),
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    yield page.data;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

function shortHash(findingId: string): string {
  return eventId(findingId).replaceAll('-', '').slice(0, 12);
}

function childOf(parent: Remediation, finding: Finding): Remediation {
  return {
    ...parent,
    kind: 'resource',
    parent_id: parent.id,
    status: 'queued',
    resource_id: finding.resource_id,
    subscription_id: finding.subscription_id,
    policy_id: finding.policy_id,
    policy_name: finding.policy_name,
    assignment_id: finding.assignment_id,
    reference_id: finding.reference_id ?? null,
    severity: finding.severity,
    bulk: null,
  };
}

/**
 * Begins as many as may be under way, and ends when all have ended. Beyond the share of failures none is begun any
 * more, and those that wait are cancelled (Azure Policy: `failureThreshold`).
 */
export async function supervise(context: StepContext): Promise<StepResult> {
  const { kept, store } = context;
  const { id, bulk, dry_run: isDryRun } = kept.shown;
  if (!bulk) return { shown: { status: 'failed', error: 'the filter is gone' } };
  const children = await store.children(id);
  const waiting = children.filter(({ status }) => status === 'queued' || (!isDryRun && status === 'planned'));
  const active = children.filter(({ status }) => !isResting(status) && status !== 'awaiting_approval');
  const failed = children.filter(({ status }) => FAILED.has(status)).length;
  const counted = children.filter(({ status }) => STOPPING.has(status)).length;
  const share = counted / Math.max(1, children.length);
  const isStopped = !isDryRun && share > bulk.failure_threshold.percentage;
  if (isStopped) await change(context, waiting, () => ({ shown: { status: 'cancelled' } }));
  else await begin(context, waiting.slice(0, Math.max(0, bulk.parallel_deployments - active.length)));
  const left = isStopped ? active.length : active.length + waiting.length;
  if (left > 0) return { againAfter: patience(context) };
  const undecided = children.filter(({ status }) => status === 'awaiting_approval').length;
  if (undecided > 0 && !isStopped) return { againAfter: 'sweep' };
  return { shown: outcome({ children, failed, isStopped, isDryRun }) };
}

async function begin(context: StepContext, children: readonly Child[]): Promise<void> {
  const { dry_run: isDryRun } = context.kept.shown;
  const { actor } = context.kept.memory;
  await change(context, children, ({ memory }) => ({
    shown: { status: 'planning', dry_run: isDryRun, deployment_id: null },
    memory: { attempt: memory.attempt + 1, ...(actor && { actor }) },
  }));
}

/** Changes children, and sends those that have something to do on their way. One that has moved meanwhile is left. */
export async function change(
  { store, enqueue }: Pick<StepContext, 'store' | 'enqueue'>,
  children: readonly Child[],
  make: (kept: StepContext['kept']) => Change | undefined,
): Promise<void> {
  await mapConcurrently(children, CONCURRENCY, async ({ id, status }) => {
    const kept = await store.find(id);
    const wanted = kept?.shown.status === status ? make(kept) : undefined;
    const written = kept && wanted && (await store.replace(kept, wanted));
    if (written && !isResting(written.shown.status)) await enqueue(id);
  });
}

function outcome(of: {
  readonly children: readonly Child[];
  readonly failed: number;
  readonly isStopped: boolean;
  readonly isDryRun: boolean;
}): Partial<Remediation> {
  const { children, failed, isStopped, isDryRun } = of;
  const told = failed === 0 ? null : `${failed} of ${children.length} failed`;
  if (isStopped)
    return { status: 'failed', error: `${told}: beyond the failure threshold, the others were not begun` };
  return { status: isDryRun ? 'planned' : 'succeeded', error: told };
}

/** Rolls back every one that can be; ends when all have ended. */
export async function superviseRollback(context: StepContext): Promise<StepResult> {
  const { store, kept } = context;
  const { force, actor } = kept.memory;
  const children = await store.children(kept.shown.id);
  const waiting = children.filter(({ status }) => status === 'succeeded');
  const active = children.filter(({ status }) => !isResting(status));
  const room = Math.max(0, (kept.shown.bulk?.parallel_deployments ?? 1) - active.length);
  const undoable: Child[] = [];
  for (const child of waiting) {
    if (undoable.length === room) break;
    const found = await store.find(child.id);
    if (found && whyNoRollback(found) === undefined) undoable.push(child);
  }
  await change(context, undoable, () => ({
    shown: { status: 'rolling_back' },
    memory: { force: force ?? false, isSetBack: false, ...(actor && { actor }) },
  }));
  if (active.length > 0 || undoable.length > 0) return { againAfter: patience(context) };
  const failed = children.filter(({ status }) => status === 'rollback_failed').length;
  const stays = waiting.length;
  const told = [
    ...(failed > 0 ? [`${failed} could not be rolled back`] : []),
    ...(stays > 0 ? [`${stays} cannot be undone`] : []),
  ].join('; ');
  const status = failed > 0 ? 'rollback_failed' : 'rolled_back';
  return { shown: { status, error: told === '' ? null : told } };
}

/** How far a bulk remediation is; names as in Azure Policy's remediation tasks. */
export function deploymentStatus(children: readonly Child[]) {
  const counts = Map.groupBy(children, ({ status }) => status);
  const sum = (of: ReadonlySet<Status>) => children.filter(({ status }) => of.has(status)).length;
  return {
    total_deployments: children.length,
    successful_deployments: sum(DONE_WELL),
    failed_deployments: sum(FAILED),
    by_status: Object.fromEntries([...counts].map(([status, own]) => [status, own.length])),
  };
}
