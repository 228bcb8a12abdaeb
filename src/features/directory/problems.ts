import { Failure, type FailureCode } from '#platform/failure.ts';

/** Kinds of error that SCIM tells apart (RFC 7644 section 3.12). */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive';

/** A failure with SCIM's own kind of error. */
export class ScimFailure extends Failure {
  readonly scimType: ScimType;

  constructor(scimType: ScimType, message: string, code: FailureCode = 'invalid') {
    super(code, message);
    this.scimType = scimType;
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
