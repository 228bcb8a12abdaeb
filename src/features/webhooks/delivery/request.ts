import { signatureHeaders } from '../signature.ts';

/** Everything that a request to a receiver carries besides its body. */
export function requestHeaders(
  secrets: readonly string[],
  message: { id: string; event: string; delivery: string; at: Date; body: Uint8Array },
): Record<string, string> {
  const timestamp = Math.floor(message.at.getTime() / 1000);
  return {
    'content-type': 'application/json',
    'user-agent': 'PolicyCortex-Webhooks/1.0',
    'X-PolicyCortex-Event': message.event,
    'X-PolicyCortex-Delivery': message.delivery,
    ...signatureHeaders(secrets, { id: message.id, timestamp, body: message.body }),
  };
}
