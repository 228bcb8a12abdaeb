import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encryptedSecrets } from './encryptedSecrets.ts';

const directory = () => join(tmpdir(), `policycortex-secrets-${crypto.randomUUID()}`);

describe('encrypted secrets', () => {
  it('come back as they were, also in another process that was first at the same time', async () => {
    const dir = directory();
    const [one, other] = [encryptedSecrets(dir), encryptedSecrets(dir)];

    await Promise.all([one.set('a', 'über 🎉'), other.set('b', 'second')]);

    expect([await other.get('a'), await one.get('b'), await one.get('c')]).toEqual([
      'über 🎉',
      'second',
      undefined,
    ]);
    await one.delete('a');
    await one.delete('a');
    expect(await other.get('a')).toBeUndefined();
  });

  it('are not on the disk in clear, nor readable by others', async () => {
    const dir = directory();
    await encryptedSecrets(dir).set('a', 'the-value');

    for (const file of await readdir(dir)) {
      expect((await readFile(join(dir, file))).includes('the-value')).toBe(false);
      expect((await stat(join(dir, file))).mode & 0o077).toBe(0);
    }
  });

  it('cannot be changed or passed off as another', async () => {
    const dir = directory();
    const secrets = encryptedSecrets(dir);
    await secrets.set('a', 'value');
    const sealed = await readFile(join(dir, 'a.secret'));

    await writeFile(join(dir, 'b.secret'), sealed);
    await writeFile(join(dir, 'c.secret'), sealed.with(-1, (sealed.at(-1) ?? 0) ^ 1));

    await expect(secrets.get('b')).rejects.toThrow('authenticate');
    await expect(secrets.get('c')).rejects.toThrow('authenticate');
    await expect(secrets.get('../key')).rejects.toThrow(TypeError);
  });
});
