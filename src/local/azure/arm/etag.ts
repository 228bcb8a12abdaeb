import { hash } from 'node:crypto';
import type { Resource } from '../estate/model.ts';
import { ArmFailure } from './failure.ts';
import type { ArmRequest } from './http.ts';

/** The ETag of a resource, which providers of Microsoft.Network keep; undefined for other types. */
export function etagOf(resource: Resource | undefined): string | undefined {
  if (!resource || !/^microsoft\.network\//i.test(resource.type)) return undefined;
  return `W/"${hash('sha256', JSON.stringify(resource), 'hex').slice(0, 32)}"`;
}

/** @throws ArmFailure 412 where the caller has seen another version. Source: RFC 9110, `If-Match` */
export function checkIfMatch({ headers }: ArmRequest, existing: Resource | undefined): void {
  const wanted = headers['if-match'];
  const etag = etagOf(existing);
  if (wanted === undefined || wanted === '*' || etag === undefined || wanted === etag) return;
  throw new ArmFailure(412, 'PreconditionFailed', {
    message: 'Precondition given in request header was not satisfied.',
  });
}
