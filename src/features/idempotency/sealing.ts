import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A text that can be read again only with the idempotency key, which is kept nowhere: answers may hold secrets
 * (a new API key, say), and no table may. AES-256-GCM, the key by HKDF (RFC 5869), bound to the row's name.
 */
export async function seal(text: string, key: string, rowKey: string): Promise<Buffer> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, secretOf(key, rowKey), nonce);
  const packed = await deflate(Buffer.from(text), { level: 1 });
  const sealed = Buffer.concat([cipher.update(packed), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** The text that `seal` was given. @throws where the key or the row is another one */
export async function unseal(sealed: Buffer, key: string, rowKey: string): Promise<string> {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(ALGORITHM, secretOf(key, rowKey), nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(tag);
  const packed = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  return (await inflate(packed)).toString();
}

function secretOf(key: string, rowKey: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, rowKey, 'policycortex idempotency', 32));
}
