import { parseArgs } from 'node:util';
import { DamagedBackup } from './archive.ts';
import { NotEmpty } from './restore.ts';
import { UsageError } from './storage.ts';

/** Options of both commands. @throws TypeError for one that there is not */
export function readArguments() {
  const { values } = parseArgs({
    options: {
      to: { type: 'string' },
      from: { type: 'string' },
      account: { type: 'string' },
      'data-dir': { type: 'string', default: '.policycortex' },
      'chunk-pages': { type: 'string', default: '10' },
      rounds: { type: 'string', default: '3' },
      verify: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    rounds: toCount('rounds', values.rounds),
    chunkPages: toCount('chunk-pages', values['chunk-pages']),
    account: values.account ?? (process.env.DATA_STORAGE_ACCOUNT || undefined),
  };
}

function toCount(name: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new UsageError(`--${name} is a whole number from 1`);
}

/** Runs a command; what is expected to go wrong ends it with one line. */
export async function run(work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    const isUsage =
      error instanceof UsageError ||
      (error instanceof TypeError && String((error as { code?: string }).code).startsWith('ERR_PARSE_ARGS'));
    if (!isUsage && !(error instanceof NotEmpty) && !(error instanceof DamagedBackup)) throw error;
    console.error(`${error.message}${isUsage ? ' (--help)' : ''}`);
    process.exitCode = isUsage ? 2 : 1;
  }
}

/** Progress for people, on standard error. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
