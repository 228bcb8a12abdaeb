import { type SigningKey, signatureHeaders } from '../signature.ts';

/** A custom event may have any name; a header may not. */
const NOT_IN_HEADERS = /[^ -~]/g;

/** Everything that a request to a receiver carries besides its body. */
export function requestHeaders(
  keys: readonly SigningKey[],
  message: { id: string; event: string; delivery: string; at: Date; body: Uint8Array },
): Record<string, string> {
  const timestamp = Math.floor(message.at.getTime() / 1000);
  return {
    'content-type': 'application/json',
    'user-agent': 'PolicyCortex-Webhooks/1.0',
    'X-PolicyCortex-Event': message.event.replace(NOT_IN_HEADERS, '?'),
    'X-PolicyCortex-Delivery': message.delivery,
    ...signatureHeaders(keys, { id: message.id, timestamp, body: message.body }),
  };
}
