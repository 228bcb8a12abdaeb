import { spawnSync } from 'node:child_process';

/** Azure CLI said no; the message is its own first line. */
export class AzError extends Error {
  override readonly name = 'AzError';
}

/** Runs `az` and returns what it printed, parsed; undefined where it printed nothing. */
export type Az = (args: readonly string[]) => unknown;

/** The Azure CLI on PATH. @throws AzError */
export function azureCli(args: readonly string[]): unknown {
  const { status, stdout, stderr, error } = spawnSync(
    'az',
    [...args, '--only-show-errors', '--output', 'json'],
    {
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      shell: process.platform === 'win32',
    },
  );
  if (error) throw new AzError('the Azure CLI is needed: https://aka.ms/azure-cli', { cause: error });
  if (status !== 0) throw new AzError(firstLine(stderr) || `az ${args[0]} ended with ${status}`);
  return stdout.trim() === '' ? undefined : JSON.parse(stdout);
}

/** `az` for commands whose output is for people; it goes to the terminal as it is. @throws AzError */
export function azureCliShown(args: readonly string[]): void {
  const { status, error } = spawnSync('az', [...args, '--only-show-errors'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw new AzError('the Azure CLI is needed: https://aka.ms/azure-cli', { cause: error });
  if (status !== 0) throw new AzError(`az ${args.slice(0, 3).join(' ')} ended with ${status}`);
}

function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? ''
  );
}
