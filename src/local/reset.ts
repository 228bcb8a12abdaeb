import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, PARTS, readLock } from './dataDir.ts';
import { parseOptions, UsageError } from './options.ts';

const USAGE = `Empties the data directory of local mode; what is not local mode's own stays.

Usage: npm run reset -- [--data-dir DIR]      (default .policycortex)
`;

try {
  const { dataDir, help } = parseOptions(process.argv.slice(2));
  const holder = readLock(join(dataDir, 'lock'));
  if (help) process.stdout.write(USAGE);
  else if (holder !== undefined && isRunning(holder)) {
    throw new UsageError(`process ${holder} is using ${dataDir}: stop it first`);
  } else {
    for (const name of [...PARTS, 'api-key', 'environment.json', 'lock'])
      rmSync(join(dataDir, name), { recursive: true, force: true });
    process.stdout.write(`removed from ${dataDir}: estate, inventory, queues, keys and logs\n`);
  }
} catch (error) {
  process.stderr.write(`${error instanceof UsageError ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
