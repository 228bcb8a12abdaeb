import type { JsonObject } from '#features/policy/index.ts';
import { AzureError } from '#platform/azureClient.ts';
import { ended, patience, type StepContext, type StepResult } from './context.ts';
import { readNow, versionOf } from './judge.ts';
import { isUntouched, send, unchanged, unfinished } from './patching.ts';
import { explainRefusal, isTransient } from './roles.ts';
import type { Kept } from './store.ts';
import { outcomeOf, refresh } from './verifying.ts';
import { holds, isOnTheWay, type Write } from './writes.ts';

export const CHANGED = 'the resource has changed since the remediation';

/** Goes back: by the inverse requests, or by deleting what the deployment created. Every request may be made twice. */
export function rollBack(context: StepContext): Promise<StepResult> {
  return context.kept.shown.deployment_id === null ? setBack(context) : deleteCreated(context);
}

async function setBack(context: StepContext): Promise<StepResult> {
  const { shown, memory } = context.kept;
  const writes = (shown.plan?.rollback.writes ?? []) as Write[];
  const document = await readNow(context);
  if (typeof document === 'string') return ended('rollback_failed', document);
  if (!memory.force && !isExpected(document, context.kept)) return ended('rollback_failed', CHANGED);
  if (!memory.isSetBack && !holds(document, writes)) {
    const refusal = await send(context, document, writes);
    return refusal === undefined
      ? { memory: { isSetBack: true }, againAfter: 1 }
      : ended('rollback_failed', refusal);
  }
  const progress = unfinished(document);
  if (progress === true) return { againAfter: patience(context) };
  const failure = typeof progress === 'string' ? progress : unchanged(document, writes);
  return failure === undefined ? finish(context) : ended('rollback_failed', failure);
}

/** The resource as the remediation left it, with none, some or all of the way back made. */
function isExpected(document: JsonObject, { shown, memory }: Kept): boolean {
  const writes = (shown.plan?.rollback.writes ?? []) as Write[];
  return memory.after !== undefined && isOnTheWay(document, memory.after, writes);
}

/** Whether somebody has changed what a rollback would set back or delete. */
export async function hasChanged({ kept, ports }: Pick<StepContext, 'kept' | 'ports'>): Promise<boolean> {
  const { shown, memory } = kept;
  if (shown.deployment_id === null) {
    const document = await readNow({ kept, ports });
    return typeof document !== 'string' && !isExpected(document, kept);
  }
  for (const [id, after] of Object.entries(memory.created ?? {})) {
    const now = await ports.read(id, versionOf(after));
    if (now && !isUntouched({ ...now.document, apiVersion: now.apiVersion } as JsonObject, after))
      return true;
  }
  return false;
}

async function deleteCreated(context: StepContext): Promise<StepResult> {
  const { kept, ports } = context;
  const { memory, shown } = kept;
  if (!ports.writer) return ended('rollback_failed', 'writing to the estate is off');
  if (!memory.created) return ended('rollback_failed', 'what the deployment created is not known');
  const created = Object.entries(memory.created).sort(([a], [b]) => b.length - a.length);
  for (const [id, after] of created) {
    const now = await ports.read(id, versionOf(after));
    if (!now) continue;
    const document = { ...now.document, apiVersion: now.apiVersion } as JsonObject;
    if (!memory.force && !isUntouched(document, after)) return ended('rollback_failed', `${id}: ${CHANGED}`);
    try {
      await ports.writer.remove(id, { apiVersion: now.apiVersion });
    } catch (error) {
      if (!(error instanceof AzureError) || isTransient(error)) throw error;
      const roles = shown.plan?.role_definition_ids ?? [];
      return ended('rollback_failed', explainRefusal(error, roles, id));
    }
  }
  for (const [id] of created) if (await ports.read(id)) return { againAfter: patience(context) };
  return finish(context);
}

async function finish(context: StepContext): Promise<StepResult> {
  const { shown, memory } = context.kept;
  await refresh(context, [...Object.keys(memory.created ?? {}), shown.resource_id ?? '']);
  return { shown: { status: 'rolled_back', error: null, result: await outcomeOf(context, []) } };
}

/** Why a remediation cannot be rolled back; undefined where it can. */
export function whyNoRollback({ shown, memory }: Kept): string | undefined {
  const { status, plan } = shown;
  const hasCreated = Object.keys(memory.created ?? {}).length > 0;
  const hasEnded =
    ['succeeded', 'failed', 'rollback_failed'].includes(status) || (status === 'cancelled' && hasCreated);
  if (!hasEnded) return `the remediation is ${status}: only what was carried out can be rolled back`;
  if (shown.deployment_id === null && !memory.before) return 'nothing was written';
  if (!plan || plan.rollback.possible === 'none')
    return `it cannot be undone: ${plan?.rollback.stays.join('; ') || 'nothing was created'}`;
  if (shown.deployment_id !== null && status === 'failed' && !hasCreated) return 'nothing was created';
  return undefined;
}
