/**
 * What can go wrong in a way that a caller can act on. The code decides the HTTP status (`http/problem.ts`)
 * and whether a message is retried.
 */
export type FailureCode =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'notFound'
  | 'methodNotAllowed'
  | 'conflict'
  | 'preconditionFailed'
  | 'tooLarge'
  | 'unsupportedMediaType'
  | 'unprocessable'
  | 'throttled'
  | 'unavailable';

/** One thing wrong with an input: where (JSON Pointer or parameter name), why, and how to mend it. */
export type FieldProblem = { readonly field: string; readonly reason: string; readonly fix?: string };

export type FailureDetails = {
  /** What a caller may switch on, where it is finer than the failure's own code: `InvalidUrl`, say. */
  readonly problemCode?: string;
  readonly problems?: readonly FieldProblem[];
  /** Extension members of the problem (RFC 9457), beside the ones that every problem has. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** What the caller can do next, one sentence. */
  readonly next?: string;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
};

/** An expected failure: its message is safe to show to the caller. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly details: FailureDetails;

  constructor(code: FailureCode, message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
