import type { Problem } from '#features/policy/index.ts';
import { Failure, type FieldProblem } from '#platform/failure.ts';
import { armIdOf } from './ids.ts';
import type { Kind, Origin, Records } from './model.ts';

/** How the kinds are called in messages, and where they are found. */
export const NOUN: Readonly<Record<Kind, { readonly one: string; readonly route: string }>> = {
  definition: { one: 'policy definition', route: '/api/v1/policies' },
  initiative: { one: 'initiative', route: '/api/v1/initiatives' },
  assignment: { one: 'assignment', route: '/api/v1/assignments' },
  exemption: { one: 'exemption', route: '/api/v1/exemptions' },
};

export function noSuch(kind: Kind, id: string): Failure {
  const { one, route } = NOUN[kind];
  return new Failure('notFound', `there is no ${one} ${id.slice(0, 200)}`, {
    next: `find its id with GET ${route}`,
  });
}

export function taken<K extends Kind>(kind: K, record: Records[K]): Failure {
  const { one, route } = NOUN[kind];
  return new Failure(
    'conflict',
    `there is an ${one} ${armIdOf(kind, record)} already`.replace('an p', 'a p'),
    {
      next: `change it with PUT ${route}/${record.id}, or choose another name`,
    },
  );
}

/** What is Azure's or the starter pack's can be copied, not changed. */
export function notOurs<K extends Kind>(kind: K, record: Records[K]): Failure {
  const { one, route } = NOUN[kind];
  const isListed = kind === 'definition' || kind === 'initiative';
  const owner = OWNER[record.origin];
  const copy = `copy it: POST ${route} with the properties of GET ${route}/${record.id} and a name of your own`;
  const elsewhere = record.origin === 'azure' ? 'change it in Azure; the next sync brings it here' : STARTER;
  const remark = kind === 'definition' ? ', or send {"enabled": …} or {"severity": …} alone' : '';
  return new Failure('conflict', `this ${one} belongs to ${owner} and cannot be changed here`, {
    next: isListed ? `${copy}${remark}` : elsewhere,
  });
}

const OWNER: Readonly<Record<Origin, string>> = {
  azure: 'Azure',
  starter: 'the starter pack',
  custom: 'nobody',
};
const STARTER =
  'set STARTER_PACK_ASSIGNED=false to have the pack unassigned, or exempt what it should not concern';

/** What else refers to a thing that was to be deleted. */
export function inUse(kind: Kind, users: readonly string[]): Failure {
  const { one } = NOUN[kind];
  return new Failure('conflict', `the ${one} is in use by ${users.slice(0, 5).join(', ')}${more(users, 5)}`, {
    problemCode: 'InUse',
    extensions: { used_by: users },
    next: 'delete or change those first',
  });
}

function more(list: readonly unknown[], shown: number): string {
  return list.length > shown ? ` and ${list.length - shown} more` : '';
}

export function changedMeanwhile(kind: Kind): Failure {
  return new Failure('preconditionFailed', `the ${NOUN[kind].one} has changed since you read it`, {
    next: 'read it again, and send its new ETag as If-Match',
  });
}

/** @throws Failure `unprocessable` with every problem, where any is an error */
export function refuseProblems(what: string, problems: readonly Problem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (!first) return;
  const count = errors.length === 1 ? 'a problem' : `${errors.length} problems`;
  throw new Failure('unprocessable', `the ${what} has ${count}: ${first.path} ${first.reason}`, {
    problems: errors.map(toFieldProblem),
    extensions: { problems },
    next: 'mend them; POST /api/v1/policies/validate checks without saving',
  });
}

function toFieldProblem({ path, reason, nearest }: Problem): FieldProblem {
  return {
    field: toPointer(path),
    reason,
    ...(nearest !== undefined && { fix: `did you mean ${nearest}?` }),
  };
}

/** JSON path below `properties` (`$.policyRule.if.allOf[1]`) as JSON Pointer into the body. */
function toPointer(path: string): string {
  const steps = path.replace(/^\$\.?/, '').replaceAll(/\[(\d+)\]/g, '.$1');
  return steps === '' ? '/properties' : `/properties/${steps.split('.').join('/')}`;
}

/** The caller may write only within its subscriptions. */
export function outOfScope(scope: string): Failure {
  return new Failure('forbidden', `your key may not write at ${scope.slice(0, 200)}`, {
    next: 'use a key without a limit to subscriptions, or one for this subscription',
  });
}
