import { AsyncLocalStorage } from 'node:async_hooks';

export type LogLevel = 'debug' | 'information' | 'warning' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;
export type LogSink = (level: LogLevel, entry: string) => void;

/** What belongs to the work at hand and is written with each of its log entries. */
export type LogScope = {
  readonly correlationId: string;
  readonly sink: LogSink;
  readonly fields?: LogFields;
};

const severity: Record<LogLevel, number> = { debug: 0, information: 1, warning: 2, error: 3 };
const scopes = new AsyncLocalStorage<LogScope>();
let minimum: LogLevel = 'information';

/** Sets the least severe level that is written, process-wide. */
export function setLogLevel(level: LogLevel): void {
  minimum = level;
}

/** Runs `work` so that all its log entries and outgoing messages carry the scope's correlation id. */
export function withScope<T>(scope: LogScope, work: () => Promise<T>): Promise<T> {
  return scopes.run(scope, work);
}

/** Correlation id of the work at hand; undefined outside any. */
export function correlationId(): string | undefined {
  return scopes.getStore()?.correlationId;
}

function write(level: LogLevel, message: string, fields: LogFields = {}): void {
  if (severity[level] < severity[minimum]) return;
  const scope = scopes.getStore();
  const entry = JSON.stringify({
    time: new Date().toISOString(),
    level,
    message,
    ...(scope && { correlationId: scope.correlationId }),
    ...scope?.fields,
    ...fields,
  });
  if (scope) scope.sink(level, entry);
  else process.stderr.write(`${entry}\n`);
}

/** Structured log: a static message plus fields; one JSON object an entry. */
export const log = {
  debug: (message: string, fields?: LogFields) => write('debug', message, fields),
  information: (message: string, fields?: LogFields) => write('information', message, fields),
  warning: (message: string, fields?: LogFields) => write('warning', message, fields),
  error: (message: string, fields?: LogFields) => write('error', message, fields),
};
