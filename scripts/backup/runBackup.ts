import { mkdirSync } from 'node:fs';
import { backUp } from './backup.ts';
import { readArguments, run, say } from './command.ts';
import { verifyFiles } from './restore.ts';
import { openAccount, UsageError } from './storage.ts';

const HELP = `Copies every table and blob container of the product to a folder.

  npm run backup -- --to FOLDER [--account NAME]

  --to FOLDER      where the copy goes; a folder that an earlier run began is gone on with
  --account NAME   storage account of the product (default: DATA_STORAGE_ACCOUNT); left out: the local mode that runs
  --data-dir DIR   of local mode                  (default: .policycortex)
  --rounds N       how often what changed meanwhile is read again (default: 3)
  --chunk-pages N  pages of 1,000 rows in a file: what a kill loses at the most (default: 10)
  --verify         only reads the files of FOLDER, and compares them with their hashes
  --help

May be killed at any moment and run again. Ends with 0 where the copy is of one moment, with 3 where some parts
changed in every round: run it again when less is written, or with the app stopped (az functionapp stop).
Needs az login with Storage Table Data Reader and Storage Blob Data Reader on the account.`;

await run(async () => {
  const {
    to: folder,
    account,
    'data-dir': dataDir,
    verify: isVerify,
    help,
    rounds,
    chunkPages,
  } = readArguments();
  if (help) {
    console.log(HELP);
    return 0;
  }
  if (!folder) throw new UsageError('say where the copy goes: --to FOLDER');
  const { sources, name } = openAccount({ account, dataDir });
  if (isVerify) {
    console.log(`${folder}: ${await verifyFiles(sources, folder)} lines, as they were written`);
    return 0;
  }
  mkdirSync(folder, { recursive: true });
  const { items, moving } = await backUp(sources, { folder, rounds, chunkPages, say });
  console.log(`${folder}: ${items} rows and blobs of ${name}`);
  if (moving.length === 0) return 0;
  console.log(
    `not of one moment: ${moving.length} part(s) changed in every round, such as ${moving[0]}. Stop the app and run this again; only what changed is read.`,
  );
  return 3;
});
