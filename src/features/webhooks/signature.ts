import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';

/** A minute more than what a clock and a slow proxy cost; the Standard Webhooks libraries take the same. */
const TOLERANCE_SECONDS = 300;
const SECRET_BYTES = 32;
const PREFIX = 'whsec_';

/** A new secret: `whsec_` and 256 random bits in base64, as the Standard Webhooks libraries take it. */
export function generateSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** A secret as it signs. */
export type SigningKey = {
  /** The whole secret as UTF-8. */
  readonly whole: KeyObject;
  /** What base64 says after `whsec_`. */
  readonly standard: KeyObject;
};

/** Made once a secret: a key that is prepared signs many times faster than one that is given as bytes. */
export function toSigningKey(secret: string): SigningKey {
  const standard = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');
  return { whole: createSecretKey(secret, 'utf8'), standard: createSecretKey(standard) };
}

/** `sha256=<hex>` of the exact bytes. */
export function signBytes({ whole }: SigningKey, body: Uint8Array): string {
  return `sha256=${createHmac('sha256', whole).update(body).digest('hex')}`;
}

/** `v1,<base64>` over `id.timestamp.body` (Standard Webhooks 1.0.0). */
export function signStandard(
  { standard }: SigningKey,
  message: { id: string; timestamp: number; body: Uint8Array },
): string {
  const hmac = createHmac('sha256', standard)
    .update(`${message.id}.${message.timestamp}.`)
    .update(message.body);
  return `v1,${hmac.digest('base64')}`;
}

/** Signature headers of one request; with several keys (rotation) each of them signs. `timestamp` in seconds. */
export function signatureHeaders(
  keys: readonly SigningKey[],
  message: { id: string; timestamp: number; body: Uint8Array },
): Record<string, string> {
  return {
    'X-PolicyCortex-Signature': keys.map((key) => signBytes(key, message.body)).join(','),
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': keys.map((key) => signStandard(key, message)).join(' '),
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
  const expected = signStandard(toSigningKey(secret), { id, timestamp, body });
  const isSigned = signatures.split(' ').filter((signature) => isSame(signature, expected)).length > 0;
  return isSigned ? { ok: true } : { ok: false, code: 'mismatch' };
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
