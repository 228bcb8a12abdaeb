import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** A part of local mode did not start, or ended; the message is for people. */
export class ChildError extends Error {
  override readonly name = 'ChildError';
}

export type ChildOptions = {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Value of the line on standard output that says that it answers; undefined for any other line. */
  readonly ready: (line: string) => unknown;
  readonly onLogLine?: (line: string) => void;
};

export type Child = {
  readonly pid: number;
  /** What the `ready` line said. */
  readonly value: unknown;
  /** Rejects when the process ends without having been asked to. */
  readonly ended: Promise<never>;
  /** Asks it to stop, and ends it where it has not after `timeoutMs`. */
  stop(timeoutMs?: number): Promise<void>;
};

const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts one part of local mode as a process of its own and waits until it answers. It shares nothing with this
 * one but a channel by which it notices that this one is gone. @throws ChildError with its own last words
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const process_ = spawn(process.execPath, [options.script, ...options.args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...options.environment },
  });
  const logFile = createWriteStream(options.logFile, { flags: 'a' });
  logFile.on('error', () => undefined);
  const lastWords: string[] = [];
  const ready = Promise.withResolvers<unknown>();
  let isStopping = false;
  if (process_.stdout) {
    createInterface({ input: process_.stdout }).on('line', (line) => {
      const value = options.ready(line);
      if (value !== undefined) ready.resolve(value);
      else logFile.write(`${line}\n`);
    });
  }
  if (process_.stderr) {
    createInterface({ input: process_.stderr }).on('line', (line) => {
      logFile.write(`${line}\n`);
      lastWords.push(line);
      if (lastWords.length > 5) lastWords.shift();
      options.onLogLine?.(line);
    });
  }
  const ended = exitOf(process_).then((code): never => {
    const words =
      lastWords.filter((line) => !line.startsWith('{')).join('\n') ||
      `ended with code ${code}; see ${options.logFile}`;
    throw new ChildError(isStopping ? 'stopped' : `${options.name}: ${words}`);
  });
  ended.catch(() => undefined);
  const value = await Promise.race([ready.promise, ended]);

  async function stop(timeoutMs = STOP_TIMEOUT_MS): Promise<void> {
    isStopping = true;
    if (process_.exitCode !== null || process_.signalCode !== null) return;
    process_.kill('SIGTERM');
    const timer = setTimeout(() => process_.kill('SIGKILL'), timeoutMs);
    await ended.catch(() => undefined);
    clearTimeout(timer);
  }

  return { pid: process_.pid ?? 0, value, ended, stop };
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => child.once('close', (code, signal) => resolve(String(signal ?? code))));
}
