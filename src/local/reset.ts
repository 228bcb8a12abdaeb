import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, PARTS, readLock } from './dataDir.ts';
import { parseOptions } from './options.ts';

const { dataDir } = parseOptions(process.argv.slice(2));
const holder = readLock(join(dataDir, 'lock'));
if (holder !== undefined && isRunning(holder)) {
  process.stderr.write(`process ${holder} is using ${dataDir}: stop it first\n`);
  process.exit(1);
}
for (const name of [...PARTS, 'api-key', 'lock'])
  rmSync(join(dataDir, name), { recursive: true, force: true });
process.stdout.write(`${dataDir} is empty again\n`);
