import { Failure, type FailureCode, type FieldProblem } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import type { Dialect } from './dialect.ts';

const STATUS: Readonly<Record<FailureCode, { readonly status: number; readonly title: string }>> = {
  invalid: { status: 400, title: 'Bad request' },
  unauthenticated: { status: 401, title: 'Unauthorized' },
  forbidden: { status: 403, title: 'Forbidden' },
  notFound: { status: 404, title: 'Not found' },
  methodNotAllowed: { status: 405, title: 'Method not allowed' },
  conflict: { status: 409, title: 'Conflict' },
  preconditionFailed: { status: 412, title: 'Precondition failed' },
  tooLarge: { status: 413, title: 'Content too large' },
  unsupportedMediaType: { status: 415, title: 'Unsupported media type' },
  unprocessable: { status: 422, title: 'Unprocessable content' },
  throttled: { status: 429, title: 'Too many requests' },
  unavailable: { status: 503, title: 'Service unavailable' },
};

/** Problem details (RFC 9457). */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What a program may switch on: `NotFound`, `InvalidUrl` … */
  readonly code: string;
  readonly detail: string;
  readonly instance: string;
  readonly correlationId: string;
  readonly errors?: readonly FieldProblem[];
  readonly next: string | undefined;
};

/** HTTP status of an expected failure. */
export function statusOf(code: FailureCode): number {
  return STATUS[code].status;
}

/** `notFound` is `NotFound` to callers. */
function toProblemCode(code: string): string {
  return code.charAt(0).toUpperCase() + code.slice(1);
}

/** Any error as problem+json (RFC 9457), or as the dialect puts it. */
export function toProblemResponse(
  error: unknown,
  context: { instance: string; correlationId: string; dialect?: Dialect | undefined },
): Response {
  const failure = error instanceof Failure ? error : undefined;
  const problem = toProblem(error, context);
  const { status } = problem;
  const headers = new Headers({
    'content-type': context.dialect?.mediaType ?? 'application/problem+json',
  });
  if (status === 401) headers.set('www-authenticate', 'Bearer realm="PolicyCortex"');
  if (status === 405 && failure?.details.next) headers.set('allow', failure.details.next.replace('use ', ''));
  if (failure?.details.retryAfterSeconds !== undefined)
    headers.set('retry-after', String(failure.details.retryAfterSeconds));
  const body = context.dialect?.toError(problem) ?? problem;
  return new Response(JSON.stringify(body), { status, headers });
}

/** Any error as problem details. What was not expected is logged and shown only as its correlation id. */
export function toProblem(error: unknown, context: { instance: string; correlationId: string }): Problem {
  const failure = error instanceof Failure ? error : undefined;
  if (!failure) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    log.error('request failed unexpectedly', { error: message, stack });
  }
  const { status, title } = failure ? STATUS[failure.code] : { status: 500, title: 'Internal server error' };
  return {
    ...failure?.details.extensions,
    type: `urn:policycortex:problem:${failure?.code ?? 'internal'}`,
    title,
    status,
    code: failure?.details.problemCode ?? toProblemCode(failure?.code ?? 'internal'),
    detail: failure?.message ?? 'Something went wrong on our side; nothing was changed halfway.',
    instance: context.instance,
    correlationId: context.correlationId,
    ...(failure?.details.problems && { errors: failure.details.problems }),
    next:
      failure?.details.next ??
      (failure ? undefined : `retry later; report the correlation id ${context.correlationId}`),
  };
}
