import { parseArgs } from 'node:util';
import { tables as declarations } from '../../src/declarations.ts';
import { migrations } from '../../src/migrations.ts';
import { Tables } from '../../src/platform/tables.ts';
import { run, say } from '../backup/command.ts';
import { locateAccount } from '../backup/storage.ts';
import { progressOf, rewriteTable } from './rewriteTable.ts';

const HELP = `Rewrites stored rows to the version of this release, after it was deployed everywhere.

  npm run migrate -- [--account NAME] [--status]

  --account NAME   storage account of the product (default: DATA_STORAGE_ACCOUNT); left out: the local mode that runs
  --data-dir DIR   of local mode                  (default: .policycortex)
  --status         only says how far each table is
  --help

The app goes on meanwhile: rows are brought up when they are read, with or without this. It is what makes a later
release able to do without the old shape. May be killed at any moment and run again.
Needs az login with Storage Table Data Contributor on the account.`;

await run(async () => {
  const { values } = parseArgs({
    options: {
      account: { type: 'string' },
      'data-dir': { type: 'string', default: '.policycortex' },
      status: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const changed = declarations.filter(({ name }) => (migrations[name]?.length ?? 0) > 0);
  if (changed.length === 0) {
    console.log('every table is at version 1: nothing to rewrite');
    return 0;
  }
  const account = values.account ?? (process.env.DATA_STORAGE_ACCOUNT || undefined);
  const {
    connectionString,
    tables: endpoint,
    credential,
  } = locateAccount({ account, dataDir: values['data-dir'] });
  const tables = new Tables({ connectionString, endpoint, credential, migrations });
  for (const table of changed) {
    const version = (migrations[table.name]?.length ?? 0) + 1;
    if (!values.status)
      await rewriteTable(tables, table, {
        version,
        say: ({ rows, rewritten }) => say(`${table.name}: ${rewritten} of ${rows} rows rewritten`),
      });
    const progress = await progressOf(tables, table, version);
    const state = progress?.isFinished ? `finished ${progress.finishedAt}` : 'not finished: npm run migrate';
    console.log(`${table.name}: version ${version}, ${state}`);
  }
  return 0;
});
