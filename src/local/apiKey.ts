import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Identity } from '#features/identity/index.ts';
import { systemClock } from '#platform/clock.ts';
import { Tables } from '#platform/tables.ts';

/** The ready-made owner key: kept in a file that only its user can read, since the product keeps its hash alone. */
export async function ensureApiKey(
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const tables = new Tables({ connectionString: environment.STORAGE_CONNECTION_STRING });
  const identity = new Identity({ tables, clock: systemClock });
  const owner = { tenantId: environment.TENANT_ID ?? '', role: 'owner', name: 'local' } as const;
  if (existsSync(file)) {
    const key = readFileSync(file, 'utf8').trim();
    await identity.registerKey(key, owner);
    return key;
  }
  const key = await identity.createKey(owner);
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  return key;
}
