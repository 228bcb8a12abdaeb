import type { JsonObject } from '#features/policy/index.ts';
import { AzureError } from '#platform/azureClient.ts';
import { ended, type StepContext, type StepResult } from './context.ts';
import { judge, readNow } from './judge.ts';
import { isObject, pathsOf, textOf } from './mergePatch.ts';
import { makePlan } from './plan.ts';
import { isSameAction } from './planning.ts';
import { explainRefusal, isTransient } from './roles.ts';
import { afterWrites, holds, isOnTheWay, isSame, type Write, writable } from './writes.ts';

/** Reads once more, makes sure that the plan still says what is to be done, and remembers what was there. */
export async function prepareWrite(context: StepContext): Promise<StepResult> {
  const { plan } = context.kept.shown;
  const document = await readNow(context);
  if (typeof document === 'string') return ended('failed', document);
  const view = await judge(context, document);
  if (typeof view === 'string') return ended('failed', view);
  if (!plan || view.reasoning.outcome.state !== 'nonCompliant' || !isSameAction(plan, makePlan(view)))
    return ended('outdated', 'the resource or the policy has changed since the plan: ask for a new one');
  return { shown: { status: 'writing' }, memory: { before: document } };
}

/**
 * Makes the requests, unless a process that died has made them. What was read right before must still be there, with
 * none, some or all of the requests made.
 */
export async function write(context: StepContext): Promise<StepResult> {
  const { shown, memory } = context.kept;
  const writes = shown.plan?.writes as Write[] | undefined;
  const document = await readNow(context);
  if (typeof document === 'string') return ended('failed', document);
  if (!writes || !memory.before) return ended('failed', 'the plan is gone');
  if (!isOnTheWay(document, memory.before, writes))
    return ended('outdated', 'somebody else has changed the resource right before the write: plan again');
  const refusal = await send(context, document, writes);
  return refusal === undefined ? { shown: { status: 'verifying' } } : ended('failed', refusal);
}

/** Makes what is left of some requests; a text is Azure's refusal. @throws AzureError that may pass */
export async function send(
  { ports: { writer }, kept: { shown } }: StepContext,
  document: JsonObject,
  writes: readonly Write[],
): Promise<string | undefined> {
  if (!writer) return 'writing to the estate is off: set AZURE_WRITER_CLIENT_ID';
  const id = textOf(document.id);
  try {
    for (const each of writes) {
      if (holds(document, [each])) continue;
      if (each.kind === 'tags') await writer.updateTags(id, each.operation, each.tags);
      else {
        const { apiVersion: version, ...whole } = afterWrites(document, [each]);
        const options = { apiVersion: textOf(version), etag: etagOf(document), whole: writable(whole) };
        await writer.update(id, each.body, options);
      }
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof AzureError) || isTransient(error)) throw error;
    return explainRefusal(error, shown.plan?.role_definition_ids ?? [], id);
  }
}

function etagOf({ etag }: JsonObject): string | undefined {
  return typeof etag === 'string' && etag !== '' ? etag : undefined;
}

/** What accepted requests have not changed; undefined where nothing is left to be done. */
export function unchanged(document: JsonObject, writes: readonly Write[]): string | undefined {
  const missing = writes.filter((each) => !holds(document, [each]));
  const paths = missing.flatMap((each) => (each.kind === 'patch' ? pathsOf(each.body) : ['tags']));
  return missing.length === 0 ? undefined : `Azure accepted the write and did not change ${paths.join(', ')}`;
}

/** Whether Azure still works on a resource; a text is how that failed. */
export function unfinished({ properties }: JsonObject): boolean | string {
  const state = isObject(properties) ? properties.provisioningState : undefined;
  if (typeof state !== 'string' || /^(Succeeded|Ready|Running)$/i.test(state)) return false;
  if (/^(Failed|Canceled)$/i.test(state))
    return `Azure accepted the write and it ended as ${state}: the activity log of the resource says why`;
  return true;
}

/** Whether the resource is still as the remediation left it. */
export function isUntouched(document: JsonObject, after: JsonObject | undefined): boolean {
  return after !== undefined && isSame(document, after);
}
