import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** JSON as the repository's formatter writes it, so that generated files pass `npm run check`. */
export function formatJson(value: unknown): string {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  const biome = join(import.meta.dirname, '../../node_modules/.bin/biome');
  const { status, stdout, stderr } = spawnSync(biome, ['format', '--stdin-file-path=generated.json'], {
    encoding: 'utf8',
    input: text,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`biome cannot format generated JSON: ${stderr}`);
  return stdout;
}
