import { Failure, type FailureCode } from '#platform/failure.ts';
import type { Json, Resource } from './resource.ts';

/** Kinds of error that SCIM tells apart (RFC 7644 section 3.12). */
export const SCIM_TYPES = [
  'invalidFilter',
  'tooMany',
  'uniqueness',
  'mutability',
  'invalidSyntax',
  'invalidPath',
  'noTarget',
  'invalidValue',
  'invalidVers',
  'sensitive',
] as const;
export type ScimType = (typeof SCIM_TYPES)[number];

/** A failure with SCIM's own kind of error. */
export class ScimFailure extends Failure {
  constructor(scimType: ScimType, message: string, code: FailureCode = 'invalid') {
    super(code, message, { problemCode: scimType });
  }
}

/** Somebody else has it already. */
export function taken(attribute: string): ScimFailure {
  return new ScimFailure(
    'uniqueness',
    `another resource has this ${attribute}; find it with a filter and change that one`,
    'conflict',
  );
}

export function notFound(type: string, id: string): Failure {
  return new Failure('notFound', `there is no ${type} ${id.slice(0, 100)}`);
}

/** @throws ScimFailure `invalidSyntax` where a body does not say that it is of a schema */
export function checkSchemas({ schemas }: Json, id: string): void {
  const isNamed =
    Array.isArray(schemas) && schemas.some((name) => String(name).toLowerCase() === id.toLowerCase());
  if (!isNamed) throw new ScimFailure('invalidSyntax', `schemas must contain ${id}`);
}

/** `If-Match`, compared weakly as SCIM's tags are (RFC 7644 section 3.14). @throws Failure `preconditionFailed` */
export function checkVersion({ meta }: Resource, ifMatch: string | undefined): void {
  if (ifMatch === undefined) return;
  const bare = (tag: string) => tag.trim().replace(/^W\\?\//, '');
  const tags = ifMatch.split(',').map(bare);
  if (tags.includes('*') || tags.includes(bare(meta.version))) return;
  throw new Failure(
    'preconditionFailed',
    `the resource has changed: it is now at ${meta.version}; read it again`,
  );
}
