import { parseResourceId } from '#features/inventory/index.ts';
import type { JsonObject } from '#features/policy/index.ts';
import { AzureError } from '#platform/azureClient.ts';
import type { StepContext } from './context.ts';
import type { PlanInput } from './plan.ts';
import { isTransient } from './roles.ts';

/** The resource of a remediation as Azure has it now; a text says why it cannot be had. @throws AzureError that may pass */
export async function readNow({
  kept,
  ports,
}: Pick<StepContext, 'kept' | 'ports'>): Promise<JsonObject | string> {
  const id = kept.shown.resource_id ?? '';
  try {
    // Another process may prefer another version, in which the same resource looks different.
    const read = await ports.read(id, versionOf(kept.memory.before));
    if (!read) return 'the resource does not exist any more';
    // Resource Manager calls a group `Microsoft.Resources/resourceGroups`, which no policy does.
    const { type, name } = parseResourceId(id);
    const document = { ...(read.document as JsonObject), apiVersion: read.apiVersion };
    return { ...document, name, ...(type !== undefined && { type }) };
  } catch (error) {
    if (!(error instanceof AzureError) || isTransient(error)) throw error;
    return `the resource cannot be read: ${error.message}`;
  }
}

/** The API version that a document was read in. */
export function versionOf(document: JsonObject | undefined): string | undefined {
  return typeof document?.apiVersion === 'string' ? document.apiVersion : undefined;
}

/** A document of the resource judged by what is assigned now; a text says why the violation cannot be found. */
export async function judge(context: StepContext, document: JsonObject): Promise<PlanInput | string> {
  const { kept, ports, tenantId } = context;
  const { assignment_id: assignment, reference_id: reference } = kept.shown;
  const [judgement] = await ports.compliance.evaluateDocuments(tenantId, [document]);
  const reasonings = judgement?.reasonings ?? [];
  const reasoning = reasonings.find(
    ({ pair }) =>
      pair.assignment.assignmentId.toLowerCase() === assignment.toLowerCase() &&
      (pair.referenceId ?? null) === reference,
  );
  if (!reasoning) return 'the policy is not assigned to the resource any more';
  return { document, reasoning, reasonings };
}
