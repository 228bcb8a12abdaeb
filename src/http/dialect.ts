import type * as z from 'zod';
import type { Problem } from './problem.ts';

/**
 * The form in which a protocol of its own (SCIM, say) answers: everything below its prefix has its media type,
 * and its errors have its shape, also where no route matches.
 */
export type Dialect = {
  /** Path below which it is spoken, without a slash at the end. */
  readonly prefix: string;
  /** Media type of answers and errors; bodies are taken as this and as application/json. */
  readonly mediaType: string;
  readonly error: z.ZodType;
  /** Body of an error. */
  readonly toError: (problem: Problem) => unknown;
};

/** Whether the dialect is spoken at a path. */
export function isSpokenAt(dialect: Dialect, pathname: string): boolean {
  const path = pathname.toLowerCase();
  return path === dialect.prefix || path.startsWith(`${dialect.prefix}/`);
}
