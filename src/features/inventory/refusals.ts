import { Failure } from '#platform/failure.ts';
import type { ResourceDocument } from './document.ts';
import type { StoredResource } from './model.ts';
import { shortId } from './resourceId.ts';
import { etagOf } from './view.ts';

export function alreadyThere(existing: StoredResource): Failure {
  return new Failure('conflict', `a resource with the id ${existing.id} exists already`, {
    next: `change it with PUT /api/v1/resources/${shortId(existing.id)}`,
  });
}

export function ownedByAzure(
  existing: StoredResource,
  before: ResourceDocument,
  after: ResourceDocument,
): Failure {
  const fields = Object.keys(after).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
  return new Failure('conflict', 'Azure owns this resource; only its annotations can be changed here', {
    problems: fields.map((field) => ({
      field: `/${field}`,
      reason: 'owned by Azure',
      fix: 'change it in Azure; the inventory follows within seconds',
    })),
    next: `change it in Azure: az resource update --ids "${existing.id}" --set …, or send {"annotations": {…}} alone`,
  });
}

export function noSuchResource(id: string): Failure {
  return new Failure('notFound', `there is no resource ${id}`, {
    next: 'find its id with GET /api/v1/resources?text=…',
  });
}

export function outOfScope(id: string): Failure {
  return new Failure('forbidden', `${id} is in none of the subscriptions that the caller is limited to`, {
    next: 'use a key with that subscription, or ask an owner for one',
  });
}

export function tooBusy(): Failure {
  return new Failure('unavailable', 'the resource is being changed by many at once', {
    retryAfterSeconds: 1,
  });
}

/** @throws Failure `preconditionFailed` where the caller has seen another version */
export function requireMatch(existing: StoredResource, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === '*') return;
  // A scope that turns stale changes the ETag of the answer, not the resource.
  if (ifMatch.replace(/-[^"]*"$/, '"') === etagOf({ version: existing.seq })) return;
  throw new Failure('preconditionFailed', 'the resource has changed since you read it', {
    next: 'read it again, and send its new ETag as If-Match',
  });
}
