import { Failure, type FailureDetails } from '#platform/failure.ts';

/** The guide's error codes: `code` of the problem, and in front of its detail. */
type WebhookCode = 'InvalidUrl' | 'TestWebhookFailed' | 'NotFound' | 'DeliveryQueueFull';

const QUEUE_FULL_RETRY_SECONDS = 30;

export function invalidUrl(reason: string): Failure {
  return failure('InvalidUrl', {
    code: 'invalid',
    field: '/url',
    reason,
    next: 'give a public https URL on port 443 or 8443 that answers the challenge with 2xx (docs/webhooks.md)',
  });
}

export function testFailed(reason: string): Failure {
  return failure('TestWebhookFailed', {
    code: 'unprocessable',
    field: '/url',
    reason,
    next: 'let the receiver answer webhook.test with 2xx, then try again',
  });
}

export function notFound(what: 'webhook' | 'delivery', id: string): Failure {
  return failure('NotFound', {
    code: 'notFound',
    field: 'id',
    reason: `there is no ${what} ${id.slice(0, 100)}`,
    next: `see GET /api/v1/webhooks`,
  });
}

export function queueFull(cause: unknown): Failure {
  return failure('DeliveryQueueFull', {
    code: 'unavailable',
    field: '/',
    reason: 'the delivery queue takes no more messages at the moment',
    next: 'try again after Retry-After',
    retryAfterSeconds: QUEUE_FULL_RETRY_SECONDS,
    cause,
  });
}

/** Whether the broker refused a message because the queue is full (Service Bus `QuotaExceeded`). */
export function isQueueFull(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'QuotaExceeded';
}

function failure(
  name: WebhookCode,
  details: {
    readonly code: 'invalid' | 'unprocessable' | 'notFound' | 'unavailable';
    readonly field: string;
    readonly reason: string;
  } & Pick<FailureDetails, 'next' | 'retryAfterSeconds' | 'cause'>,
): Failure {
  const { code, field, reason, ...rest } = details;
  return new Failure(code, `${name}: ${reason}`, {
    problemCode: name,
    problems: [{ field, reason }],
    ...rest,
  });
}
