import { existsSync, readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import {
  generateSecret,
  signatureHeaders,
  signBytes,
  signStandard,
  toSigningKey,
  verifyWebhook,
} from './signature.ts';

type Vector = {
  scheme: string;
  secret: string;
  id: string;
  timestamp: number;
  payload: string;
  signature: string;
};
const FILE = new URL('../../../../shared/webhooks/signature-vectors.json', import.meta.url);
const vectors: Vector[] = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : [];
const body = Buffer.from('{"ü":"日本語 🎉"}');
const now = new Date(1_700_000_000_000);

function signed(secrets: readonly string[]) {
  return {
    headers: signatureHeaders(secrets.map(toSigningKey), { id: 'msg_1', timestamp: 1_700_000_000, body }),
    body,
  };
}

describe('signatures', () => {
  it.runIf(vectors.length > 0)('are those of the published vectors', () => {
    const computed = vectors.map(({ scheme, secret, id, timestamp, payload }) =>
      scheme.startsWith('standard')
        ? signStandard(toSigningKey(secret), { id, timestamp, body: Buffer.from(payload) })
        : signBytes(toSigningKey(secret), Buffer.from(payload)),
    );

    expect(computed).toEqual(vectors.map(({ signature }) => signature));
  });

  it('are accepted by the independent library, by old and new secret while both sign', () => {
    const [current, previous] = [generateSecret(), generateSecret()];
    const timestamp = Math.floor(Date.now() / 1000);
    const headers = signatureHeaders([current, previous].map(toSigningKey), { id: 'msg_1', timestamp, body });

    for (const secret of [current, previous]) {
      expect(new Webhook(secret).verify(body.toString(), headers)).toEqual(JSON.parse(body.toString()));
      expect(headers['X-PolicyCortex-Signature']?.split(',')).toContain(
        signBytes(toSigningKey(secret), body),
      );
    }
    expect(() => new Webhook(generateSecret()).verify(body.toString(), headers)).toThrow(
      'No matching signature',
    );
  });

  it('secrets hold 256 random bits', () => {
    const secrets = Array.from({ length: 100 }, generateSecret);

    expect(new Set(secrets).size).toBe(100);
    expect(secrets.every((secret) => /^whsec_[\w+/]{43}=$/.test(secret))).toBe(true);
  });
});

describe('verifyWebhook', () => {
  const secret = generateSecret();

  it('accepts what was signed with the secret, in any case of header names', () => {
    const { headers } = signed([generateSecret(), secret]);
    const shouted = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
    );

    expect(verifyWebhook({ headers, body }, secret, { now })).toEqual({ ok: true });
    expect(verifyWebhook({ headers: shouted, body: body.toString() }, secret, { now })).toEqual({ ok: true });
  });

  it.each([
    ['tooOld', 301_000],
    ['tooNew', -301_000],
  ] as const)('refuses a replay: %s', (code, shift) => {
    const result = verifyWebhook(signed([secret]), secret, { now: new Date(now.getTime() + shift) });

    expect(result).toEqual({ ok: false, code });
  });

  it('refuses other bytes, another id, another secret, missing headers', () => {
    const { headers } = signed([secret]);

    const results = [
      verifyWebhook({ headers, body: `${body.toString()} ` }, secret, { now }),
      verifyWebhook({ headers: { ...headers, 'webhook-id': 'msg_2' }, body }, secret, { now }),
      verifyWebhook({ headers, body }, generateSecret(), { now }),
      verifyWebhook({ headers: {}, body }, secret, { now }),
      verifyWebhook({ headers: { ...headers, 'webhook-timestamp': '1e9' }, body }, secret, { now }),
    ];

    expect(results.map((result) => (result.ok ? 'ok' : result.code))).toEqual([
      'mismatch',
      'mismatch',
      'mismatch',
      'missingHeader',
      'badTimestamp',
    ]);
  });
});
