import { randomUUID } from 'node:crypto';
import type { WebhookPayload } from '../payload.ts';
import type { SigningKey } from '../signature.ts';
import { requestHeaders } from './request.ts';
import type { Outcome, Sender } from './sender.ts';

const VALIDATION_MS = 10_000;
const TEST_MS = 30_000;
const ORIGIN = 'policycortex';

/**
 * Whether the receiver agrees to be called: it answers the `webhook.validation` challenge with 2xx (and, where it
 * sends a challenge back, with ours), or the OPTIONS handshake of CloudEvents ("HTTP 1.1 Web Hooks for Event
 * Delivery", 4.1). Returns why not, or undefined.
 */
export async function validate(
  sender: Sender,
  target: { url: string; keys: readonly SigningKey[]; now: Date },
): Promise<string | undefined> {
  const challenge = randomUUID();
  const text = { event_type: 'webhook.validation', challenge, timestamp: target.now.toISOString() };
  const body = Buffer.from(JSON.stringify(text));
  const headers = requestHeaders(target.keys, {
    id: `msg_${challenge}`,
    event: 'webhook.validation',
    delivery: challenge,
    at: target.now,
    body,
  });
  const posted = await sender.send({ url: target.url, headers, body, timeoutMs: VALIDATION_MS });
  if (posted.errorKind === undefined)
    return echoes(posted, challenge) ? undefined : 'the receiver sent back another challenge';
  if (posted.status === undefined) return posted.error;
  const asked = await sender.send({
    method: 'OPTIONS',
    url: target.url,
    headers: { 'WebHook-Request-Origin': ORIGIN },
    timeoutMs: VALIDATION_MS,
  });
  const allowed = asked.headers['webhook-allowed-origin']?.toLowerCase();
  if (asked.errorKind === undefined && (allowed === '*' || allowed === ORIGIN)) return undefined;
  return `the receiver ${posted.error} the challenge`;
}

/** A body without a challenge in it is fine: a receiver may just say 2xx. */
function echoes({ body }: Outcome, challenge: string): boolean {
  try {
    const answer: unknown = JSON.parse(body ?? '');
    if (typeof answer !== 'object' || answer === null || !('challenge' in answer)) return true;
    return answer.challenge === challenge;
  } catch {
    return true;
  }
}

/** Sends the guide's `webhook.test`. */
export function sendTest(
  sender: Sender,
  webhook: { id: string; name: string; url: string; tenantId: string },
  given: { keys: readonly SigningKey[]; now: Date },
): Promise<Outcome> {
  const payload: WebhookPayload = {
    event_id: randomUUID(),
    event_type: 'webhook.test',
    timestamp: given.now.toISOString(),
    tenant_id: webhook.tenantId,
    data: {
      message: 'This is a test webhook from PolicyCortex',
      webhook_id: webhook.id,
      webhook_name: webhook.name,
    },
    metadata: { test: 'true' },
  };
  const body = Buffer.from(JSON.stringify(payload));
  const headers = requestHeaders(given.keys, {
    id: `msg_${payload.event_id}`,
    event: 'webhook.test',
    delivery: payload.event_id,
    at: given.now,
    body,
  });
  return sender.send({ url: webhook.url, headers, body, timeoutMs: TEST_MS });
}
