import { type Compliance, codeOf, findingId } from '#features/compliance/index.ts';
import { shortId } from '#features/governance/index.ts';
import type { Principal } from '#http/principal.ts';
import { Failure } from '#platform/failure.ts';
import type { RemediationInput } from './schema.ts';

type Judged = Awaited<ReturnType<Compliance['resource']>>;
export type Violation = Judged['data'][number];

/**
 * The violation of a resource that is meant.
 * @throws Failure `notFound` (resource, policy), `conflict` where the policy is content, `unprocessable` where several are meant
 */
export async function selectViolation(
  compliance: Pick<Compliance, 'resource'>,
  caller: Principal,
  input: RemediationInput,
): Promise<{ resourceId: string; violation: Violation }> {
  const id = input.resource_id ?? '';
  const judged = await compliance.resource(caller.tenantId, id, { isAll: true, caller });
  const meant = judged.data.filter((each) => isMeant(each, judged.resource_id, input));
  const violations = meant.filter(({ state }) => state === 'nonCompliant');
  const [violation, other] = violations;
  const next = `see what is wrong with it: GET /api/v1/resources/${encodeURIComponent(judged.resource_id)}/compliance`;
  if (meant.length === 0)
    throw new Failure('notFound', 'no such policy is assigned to the resource', { next });
  if (!violation) {
    const states = [...new Set(meant.map(({ state }) => state))].join(', ');
    throw new Failure('conflict', `there is nothing to remediate: the policy says ${states}`, { next });
  }
  if (other) throw ambiguous(violations);
  return { resourceId: judged.resource_id, violation };
}

function isMeant(each: Violation, resourceId: string, input: RemediationInput): boolean {
  const assignment = each.assignment_id ?? '';
  const isSame = (given: string | undefined, ...own: (string | undefined)[]) =>
    given === undefined || own.some((id) => id?.toLowerCase() === given.toLowerCase());
  return (
    isSame(input.policy_id, each.policy_id, each.policy_definition_id) &&
    isSame(input.assignment_id, assignment, shortId('assignment', assignment)) &&
    isSame(input.reference_id, each.reference_id) &&
    isSame(input.finding_id, findingId(codeOf(assignment, each.reference_id), resourceId))
  );
}

function ambiguous(violations: readonly Violation[]): Failure {
  return new Failure('unprocessable', 'several violations of the resource are meant', {
    problems: violations.map(({ policy_name: name, assignment_id: assignment, reference_id: reference }) => ({
      field: '/assignment_id',
      reason: `"${name}" by ${assignment}${reference === undefined ? '' : `, reference ${reference}`}`,
    })),
    next: 'name assignment_id (and reference_id for a member of an initiative)',
  });
}
