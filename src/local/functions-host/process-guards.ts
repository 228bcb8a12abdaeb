import { Console } from 'node:console';
import { Writable } from 'node:stream';
import type { LogLevel } from './core/types.ts';
import type { Logger } from './log.ts';

/** Logs what the app leaves unhandled and goes on, as Azure's host does by restarting the worker. */
export function logUnhandled(logger: Logger): void {
  // Nobody reads the log any more: the starter is gone. To log that would end here again, for ever.
  process.stderr.on('error', () => process.exit(1));
  process.on('unhandledRejection', (error) =>
    logger({ level: 'error', category: 'Worker', message: 'Unhandled rejection in the app', error }),
  );
  process.on('uncaughtException', (error) =>
    logger({ level: 'critical', category: 'Worker', message: 'Uncaught exception in the app', error }),
  );
}

/**
 * Turns what the app prints into log lines, since standard output is the host's own. Returns the function that still
 * writes there.
 */
export function captureOutput(logger: Logger): (text: string) => void {
  const write = process.stdout.write.bind(process.stdout);
  const log = (level: LogLevel) => (chunk: unknown) => {
    logger({ level, category: 'Worker.Console', message: String(chunk).trimEnd() });
    return true;
  };
  Reflect.set(process.stdout, 'write', log('information'));
  globalThis.console = new Console({ stdout: lines(log('information')), stderr: lines(log('warning')) });
  return (text) => void write(text);
}

function lines(log: (chunk: unknown) => boolean): Writable {
  return new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      log(chunk);
      done();
    },
  });
}
