import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A minute more than what a clock and a slow proxy cost; the Standard Webhooks libraries take the same. */
const TOLERANCE_SECONDS = 300;
const SECRET_BYTES = 32;
const PREFIX = 'whsec_';

/** A new secret: `whsec_` and 256 random bits in base64, as the Standard Webhooks libraries take it. */
export function generateSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** `sha256=<hex>` of the exact bytes; the key is the whole secret as UTF-8. */
export function signBytes(secret: string, body: Uint8Array): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** `v1,<base64>` over `id.timestamp.body` (Standard Webhooks 1.0.0); the key is what base64 says after `whsec_`. */
export function signStandard(
  secret: string,
  message: { id: string; timestamp: number; body: Uint8Array },
): string {
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');
  const hmac = createHmac('sha256', key).update(`${message.id}.${message.timestamp}.`).update(message.body);
  return `v1,${hmac.digest('base64')}`;
}

/** Signature headers of one request; with several secrets (rotation) each of them signs. `timestamp` in seconds. */
export function signatureHeaders(
  secrets: readonly string[],
  message: { id: string; timestamp: number; body: Uint8Array },
): Record<string, string> {
  return {
    'X-PolicyCortex-Signature': secrets.map((secret) => signBytes(secret, message.body)).join(','),
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': secrets.map((secret) => signStandard(secret, message)).join(' '),
  };
}

export type Verification =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: 'missingHeader' | 'badTimestamp' | 'tooOld' | 'tooNew' | 'mismatch';
    };

/**
 * Whether a request comes from who holds the secret, and is recent: for receivers. Needs the exact bytes of the
 * body, before any parsing. Compares in constant time; never throws.
 */
export function verifyWebhook(
  request: {
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
    readonly body: string | Uint8Array;
  },
  secret: string,
  options: { readonly toleranceSeconds?: number; readonly now?: Date } = {},
): Verification {
  const headers = new Map(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), String(value ?? '')]),
  );
  const [id, sent, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headers.get(name),
  );
  if (!id || !sent || !signatures) return { ok: false, code: 'missingHeader' };
  if (!/^\d{1,12}$/.test(sent)) return { ok: false, code: 'badTimestamp' };
  const timestamp = Number(sent);
  const age = (options.now ?? new Date()).getTime() / 1000 - timestamp;
  const tolerance = options.toleranceSeconds ?? TOLERANCE_SECONDS;
  if (age > tolerance) return { ok: false, code: 'tooOld' };
  if (age < -tolerance) return { ok: false, code: 'tooNew' };
  const body = typeof request.body === 'string' ? Buffer.from(request.body) : request.body;
  const expected = signStandard(secret, { id, timestamp, body });
  const isSigned = signatures.split(' ').filter((signature) => isSame(signature, expected)).length > 0;
  return isSigned ? { ok: true } : { ok: false, code: 'mismatch' };
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
