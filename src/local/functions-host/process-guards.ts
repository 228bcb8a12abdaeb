import { Console } from 'node:console';
import { Writable } from 'node:stream';
import type { LogLevel } from './core/types.ts';
import type { Logger } from './log.ts';

/** Logs what the app leaves unhandled and goes on, as Azure's host does by restarting the worker. */
export function logUnhandled(logger: Logger): void {
  process.on('unhandledRejection', (error) =>
    logger({ level: 'error', category: 'Worker', message: 'Unhandled rejection in the app', error }),
  );
  process.on('uncaughtException', (error) =>
    logger({ level: 'critical', category: 'Worker', message: 'Uncaught exception in the app', error }),
  );
}

/** Turns the app's console output into log lines, since standard output is the host's own. */
export function captureConsole(logger: Logger): void {
  globalThis.console = new Console({
    stdout: lines(logger, 'information'),
    stderr: lines(logger, 'warning'),
  });
}

function lines(logger: Logger, level: LogLevel): Writable {
  return new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      logger({ level, category: 'Worker.Console', message: chunk.trimEnd() });
      done();
    },
  });
}
