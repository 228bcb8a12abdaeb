import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type Spawned = {
  readonly child: ChildProcess;
  /** The first line of standard output, parsed; undefined when it is not JSON or the process ended without one. */
  readonly first: Record<string, unknown> | undefined;
  /** What it has written to standard error so far. */
  errors(): string;
  /** Sends a signal and resolves to the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

/** Starts a Node process and waits for its first line of output, or its end. */
export async function spawnLine(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Spawned> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
  });
  const line = await Promise.race([firstLine(child), ended.then(() => undefined)]);
  return {
    child,
    first: line?.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : undefined,
    errors: () => errors,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (child.stdout) createInterface(child.stdout).once('line', resolve);
  });
}
