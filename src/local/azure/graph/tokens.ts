import { createHash } from 'node:crypto';
import { badOption } from './failure.ts';

/** Where a query goes on: after a row (cheap at any depth), or after so many rows. */
export type Continuation = {
  readonly query: string;
  readonly after?: string | undefined;
  readonly offset?: number | undefined;
  readonly total: number;
  readonly expires: number;
};

const lifetime = 60 * 60_000;

export function queryHash(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}

/** Makes an opaque skip token that is good for an hour. */
export function writeToken(continuation: Omit<Continuation, 'expires'>, now: number): string {
  return Buffer.from(JSON.stringify({ ...continuation, expires: now + lifetime })).toString('base64url');
}

/** Reads a skip token; throws `QueryFailure` for one that is malformed, of another query, or too old. */
export function readToken(token: string, query: string, now: number): Continuation {
  const continuation = decode(token);
  if (continuation === undefined || continuation.query !== query) {
    throw badOption('InvalidSkipToken', 'The skip token is not valid for this query.');
  }
  if (continuation.expires < now)
    throw badOption('SkipTokenExpired', 'The skip token has expired. Run the query again.');
  return continuation;
}

function decode(token: string): Continuation | undefined {
  try {
    const value = JSON.parse(Buffer.from(token, 'base64url').toString()) as Partial<Continuation>;
    const isWhole =
      typeof value.query === 'string' && typeof value.total === 'number' && typeof value.expires === 'number';
    return isWhole ? (value as Continuation) : undefined;
  } catch {
    return undefined;
  }
}
