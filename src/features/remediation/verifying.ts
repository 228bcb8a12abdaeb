import type { JsonObject } from '#features/policy/index.ts';
import { type Principal, UNSCOPED } from '#http/principal.ts';
import { Failure } from '#platform/failure.ts';
import { ended, patience, requester, type StepContext, type StepResult } from './context.ts';
import { readNow } from './judge.ts';
import { unchanged, unfinished } from './patching.ts';
import type { Remediation } from './schema.ts';
import type { Write } from './writes.ts';

/** Waits until Azure has finished, looks whether it is as planned, and asks the policy again. */
export async function verify(context: StepContext): Promise<StepResult> {
  const { plan, resource_id: id } = context.kept.shown;
  const document = await readNow(context);
  if (typeof document === 'string')
    return { ...ended('failed', document), memory: { created: await readCreated(context) } };
  const progress = unfinished(document);
  if (progress === true) return { againAfter: patience(context) };
  const writes = (plan?.writes ?? []) as Write[];
  const failure = typeof progress === 'string' ? progress : unchanged(document, writes);
  const created = await readCreated(context);
  if (failure !== undefined) return { ...ended('failed', failure), memory: { after: document, created } };
  await refresh(context, [...Object.keys(created), id ?? '']);
  return {
    shown: { status: 'succeeded', result: await outcomeOf(context, Object.keys(created)) },
    memory: { after: document, created },
  };
}

/** What the deployment created, as it is now. */
export async function readCreated({ kept, ports }: StepContext): Promise<Record<string, JsonObject>> {
  const created: Record<string, JsonObject> = {};
  for (const id of kept.shown.plan?.rollback.deletes ?? []) {
    const read = await ports.read(id);
    if (read) created[id] = { ...(read.document as JsonObject), apiVersion: read.apiVersion };
  }
  return created;
}

export async function refresh({ tenantId, kept, ports }: StepContext, ids: readonly string[]): Promise<void> {
  for (const id of ids) await ports.refresh(tenantId, id, kept.memory.actor?.name ?? kept.shown.requested_by);
}

/** The policy asked again, and its outcome kept. */
export async function outcomeOf(
  context: StepContext,
  created: readonly string[],
): Promise<NonNullable<Remediation['result']>> {
  const { tenantId, kept, ports } = context;
  const {
    resource_id: id,
    policy_id: policy,
    assignment_id: assignment,
    reference_id: reference,
  } = kept.shown;
  const caller: Pick<Principal, 'scopes'> = { ...requester(context), scopes: UNSCOPED };
  const base = { changed: true, checked_at: ports.clock.now().toISOString(), created: [...created] };
  try {
    const { data } = await ports.compliance.evaluate(tenantId, {
      policyIds: [policy],
      resourceIds: [id ?? ''],
      caller,
    });
    const own = data.find(
      (each) =>
        each.assignment_id?.toLowerCase() === assignment.toLowerCase() &&
        (each.reference_id ?? null) === reference,
    );
    const state = own?.state ?? null;
    const isTold = state !== null && state !== 'needsData' && state !== 'error';
    return { ...base, violation_gone: isTold ? state !== 'nonCompliant' : null, state };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'notFound') throw error;
    return { ...base, violation_gone: null, state: null };
  }
}
