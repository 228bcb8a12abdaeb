import * as z from 'zod';
import type { Dialect } from '#http/dialect.ts';
import type { Problem } from '#http/problem.ts';
import { SCIM_TYPES, type ScimType } from './problems.ts';

export const PREFIX = '/scim/v2';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

export const ScimError = z
  .object({
    schemas: z.array(z.literal(ERROR)),
    status: z.string().meta({ description: 'HTTP status.' }),
    scimType: z.enum(SCIM_TYPES).optional(),
    detail: z.string(),
  })
  .meta({ id: 'ScimError' });
export type ScimError = z.infer<typeof ScimError>;

/** An error as SCIM has it (RFC 7644 section 3.12). */
export function toScimError({ status, code, detail, errors, next }: Problem): ScimError {
  const fields = (errors ?? []).map(({ field, reason }) => `${field}: ${reason}`);
  const scimType = SCIM_TYPES.find((type) => type === code) ?? typeOf(status, errors);
  return {
    schemas: [ERROR],
    status: String(status),
    ...(scimType && { scimType }),
    detail: [detail, ...fields, ...(next ? [next] : [])].join('; '),
  };
}

/** What is wrong with a body is its syntax, with a parameter its value. */
function typeOf(status: number, errors: Problem['errors']): ScimType | undefined {
  if (status !== 400) return undefined;
  return errors?.some(({ field }) => !field.startsWith('/')) ? 'invalidValue' : 'invalidSyntax';
}

/** SCIM's media type and errors, below its prefix. */
export const scim: Dialect = {
  prefix: PREFIX,
  mediaType: 'application/scim+json',
  error: ScimError,
  toError: toScimError,
};
