import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secrets } from './secrets.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const NAME = /^[\dA-Za-z-]{1,127}$/;

/**
 * Secrets in files of a directory, for local mode: AES-256-GCM with a key file beside them that only the user can
 * read, bound to their names, so that one cannot be passed off as another. Several processes may share it.
 */
export function encryptedSecrets(directory: string): Secrets {
  let loading: Promise<Buffer> | undefined;

  function key(): Promise<Buffer> {
    loading ??= openKey(directory);
    return loading;
  }

  function fileOf(name: string): string {
    if (!NAME.test(name)) throw new TypeError('not the name of a secret');
    return join(directory, `${name}.secret`);
  }

  return {
    get: async (name) => {
      const sealed = await readIfThere(fileOf(name));
      return sealed && open(await key(), name, sealed);
    },
    set: async (name, value) => {
      const file = fileOf(name);
      const sealed = seal(await key(), name, value);
      const draft = `${file}.${randomUUID()}`;
      await writeFile(draft, sealed, { mode: 0o600 });
      await rename(draft, file);
    },
    delete: (name) => rm(fileOf(name), { force: true }),
  };
}

async function openKey(directory: string): Promise<Buffer> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'key');
  const draft = `${file}.${randomUUID()}`;
  const known = await readIfThere(file);
  if (known?.length === KEY_BYTES) return known;
  await writeFile(draft, randomBytes(KEY_BYTES), { mode: 0o600 });
  // Whole or not at all, and never over the key of a process that was faster.
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft, { force: true });
  return readFile(file);
}

function seal(key: Buffer, name: string, value: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(name));
  const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

function open(key: Buffer, name: string, sealed: Buffer): string {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(name)).setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return (
    decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
  );
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
