import { parseArgs } from 'node:util';
import { Identity } from '../src/features/identity/index.ts';
import { systemClock } from '../src/platform/clock.ts';
import { Tables } from '../src/platform/tables.ts';
import { run } from './backup/command.ts';
import { locateAccount, UsageError } from './backup/storage.ts';

const HELP = `Makes an API key with the role owner, for whom nobody has to be asked: the first of a deployment.

  azd env exec -- npm run first-key

  --name NAME      who the key is for            (default: first)
  --tenant ID      Entra tenant of the deployment (default: AZURE_TENANT_ID)
  --account NAME   storage account of the product (default: DATA_STORAGE_ACCOUNT); left out: the local mode that runs
  --data-dir DIR   of local mode                  (default: .policycortex)
  --help

Prints the key, which is kept as a hash alone: this is the only time that it is seen. Make the others with it
(POST /api/v1/keys), then revoke it. Needs az login with Storage Table Data Contributor on the account.`;

await run(async () => {
  const { values } = parseArgs({
    options: {
      name: { type: 'string', default: 'first' },
      tenant: { type: 'string' },
      account: { type: 'string' },
      'data-dir': { type: 'string', default: '.policycortex' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const tenantId = values.tenant ?? process.env.AZURE_TENANT_ID ?? '';
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(tenantId))
    throw new UsageError('name the tenant of the deployment: --tenant ID');
  const account = values.account ?? (process.env.DATA_STORAGE_ACCOUNT || undefined);
  const {
    connectionString,
    tables: endpoint,
    credential,
  } = locateAccount({ account, dataDir: values['data-dir'] });
  const tables = new Tables({ connectionString, endpoint, credential });
  const identity = new Identity({ tables, clock: systemClock });
  console.log(
    await identity.createKey({ tenantId: tenantId.toLowerCase(), role: 'owner', name: values.name }),
  );
  return 0;
});
