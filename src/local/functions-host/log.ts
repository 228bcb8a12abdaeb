import type { LogLevel } from './core/types.ts';

export type LogEntry = {
  readonly level: LogLevel;
  readonly category: string;
  readonly message: string;
  readonly functionName?: string;
  readonly invocationId?: string;
  readonly error?: unknown;
};

export type Logger = (entry: LogEntry) => void;

const ranks: Readonly<Record<LogLevel, number>> = {
  trace: 0,
  debug: 1,
  information: 2,
  warning: 3,
  error: 4,
  critical: 5,
  none: 6,
};

/** A logger that writes one JSON line per entry at or above `minimum`; `write` defaults to standard error. */
export function createLogger(
  minimum: LogLevel,
  write: (line: string) => unknown = (line) => process.stderr.write(line),
): Logger {
  return (entry) => {
    if (entry.level === 'none' || ranks[entry.level] < ranks[minimum]) return;
    write(`${formatEntry(entry)}\n`);
  };
}

function formatEntry({ level, category, functionName, invocationId, message, error }: LogEntry): string {
  return JSON.stringify({
    level,
    time: new Date().toISOString(),
    category,
    functionName,
    invocationId,
    message,
    error: error === undefined ? undefined : describeError(error),
  });
}

/** The stack of an error, else its text. */
export function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The message of an error, else its text. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
