import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { listAuditedTenants } from '../../src/features/audit/index.ts';
import { readEnvironment } from '../../src/local/environmentFile.ts';
import { createServices } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';

const HELP = `Walks the audit log of every tenant and says where an entry was edited, removed or put in between.

  npm run audit:verify                                  the local mode that runs (npm start)
  azd env exec -- npm run audit:verify -- --azure       the installation whose settings the environment holds;
                                                        needs the role Storage Table Data Reader

  --tenant ID          only this tenant
  --expect SEQ:HASH    the entry SEQ must have this hash: one that an earlier run printed and that you kept elsewhere.
                       Without one, somebody who can write the table could have made a whole new chain.
                       Needs --tenant; may be given several times
  --data-dir DIR       of local mode   (default: .policycortex)
  --json               one JSON document
  --help

Ends with 0 where every chain is whole, 1 where one is not, 2 for a wrong command line.`;

function readOptions() {
  return parseArgs({
    options: {
      azure: { type: 'boolean', default: false },
      tenant: { type: 'string' },
      expect: { type: 'string', multiple: true, default: [] },
      'data-dir': { type: 'string', default: '.policycortex' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
}

type Options = ReturnType<typeof readOptions>;

function environmentOf(options: Options): Readonly<Record<string, string | undefined>> {
  if (options.azure || process.env.STORAGE_CONNECTION_STRING) return process.env;
  const running = readEnvironment(join(options['data-dir'], 'environment.json'));
  if (!running) throw new UsageError(`no local mode runs in ${options['data-dir']}: npm start, or --azure`);
  return running.environment;
}

class UsageError extends Error {}

function toHead(text: string): { seq: number; hash: string } {
  const [, seq, hash] = /^(\d+):([\da-f]{64})$/.exec(text) ?? [];
  if (!seq || !hash) throw new UsageError(`--expect takes SEQ:HASH, not ${text}`);
  return { seq: Number(seq), hash };
}

async function main(options: Options): Promise<number> {
  const expected = options.expect.map(toHead);
  if (expected.length > 0 && !options.tenant) throw new UsageError('--expect needs --tenant');
  const settings = readSettings(environmentOf(options));
  const { audit, tables, queues } = createServices({ ...settings, LOG_LEVEL: 'error' });
  const tenants = options.tenant ? [options.tenant] : await listAuditedTenants(tables);
  const results = [];
  for (const tenantId of tenants) results.push({ tenantId, ...(await audit.verify(tenantId, expected)) });
  await queues.close();
  if (options.json) console.log(JSON.stringify({ tenants: results }, null, 2));
  else {
    for (const { tenantId, entries, head, problems } of results) {
      console.log(`${tenantId}: ${entries} entries, head ${head.seq}:${head.hash}`);
      for (const problem of problems) console.log(`  ${problem}`);
      if (problems.length === 0) console.log('  whole');
    }
    if (results.length === 0) console.log('no tenant has an audit log yet');
  }
  return results.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

try {
  const options = readOptions();
  if (options.help) console.log(HELP);
  else process.exitCode = await main(options);
} catch (error) {
  const isUsage =
    error instanceof UsageError || String((error as { code?: string }).code).startsWith('ERR_PARSE_ARGS');
  if (!isUsage) throw error;
  console.error(`${(error as Error).message} (--help)`);
  process.exitCode = 2;
}
