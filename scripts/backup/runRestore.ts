import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { readArguments, run, say } from './command.ts';
import { restore, verify } from './restore.ts';
import { openAccount, UsageError } from './storage.ts';

const HELP = `Writes a backup into the empty tables and containers of an installation, then compares them with it.

  npm run restore -- --from FOLDER [--account NAME]

  --from FOLDER    what npm run backup made
  --account NAME   storage account of the product (default: DATA_STORAGE_ACCOUNT); left out: the local mode that runs
  --data-dir DIR   of local mode                  (default: .policycortex)
  --verify         only compares, by count and hash; nothing is written
  --help

The app must be stopped meanwhile (az functionapp stop). May be killed at any moment and run again. Ends with 0 where
everything is there as it was, with 1 where it is not. Needs az login with Storage Table Data Contributor and
Storage Blob Data Contributor on the account.`;

const Finished = z.object({ finishedAt: z.string(), moving: z.array(z.string()) });

await run(async () => {
  const { from: folder, account, 'data-dir': dataDir, verify: isVerify, help } = readArguments();
  if (help) {
    console.log(HELP);
    return 0;
  }
  if (!folder) throw new UsageError('say what to restore: --from FOLDER');
  const file = join(folder, 'backup.json');
  if (!existsSync(file))
    throw new UsageError(`${folder} holds no finished backup: run npm run backup to its end`);
  const { finishedAt, moving } = Finished.parse(JSON.parse(readFileSync(file, 'utf8')));
  const { sources, name } = openAccount({ account, dataDir });
  if (moving.length > 0)
    say(`this backup is not of one moment: ${moving.length} part(s) moved while it was made`);
  if (!isVerify) await restore(sources, { folder, target: name, say });
  const wrong: string[] = [];
  for (const source of sources) wrong.push(...(await verify(source, folder)));
  for (const part of wrong.slice(0, 20)) console.log(`differs: ${part}`);
  console.log(
    wrong.length === 0
      ? `${name} is as it was at ${finishedAt}, by count and hash`
      : `${wrong.length} part(s) differ`,
  );
  return wrong.length === 0 ? 0 : 1;
});
