import { parseArgs } from 'node:util';
import { HostStartError } from './errors.ts';
import type { FunctionsHostOptions } from './index.ts';
import { errorMessage } from './log.ts';

const levels = ['debug', 'information', 'warning', 'error'] as const;

/** The options of a command line. @throws HostStartError naming what is wrong. */
export function parseCommandLine(args: readonly string[]): FunctionsHostOptions {
  const values = parse(args);
  const problems = (['script-root', 'entry', 'data-dir'] as const)
    .filter((name) => !values[name])
    .map((name) => `--${name} is missing`);
  const port = Number(values.port ?? '7071');
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    problems.push(`--port ${values.port} is not a port`);
  const logLevel = levels.find((level) => level === (values['log-level'] ?? 'information'));
  if (!logLevel) problems.push(`--log-level is one of ${levels.join(', ')}`);
  if (problems.length > 0 || !logLevel) throw new HostStartError(problems);
  return {
    port,
    scriptRoot: values['script-root'] ?? '',
    entry: values.entry ?? '',
    dataDir: values['data-dir'] ?? '',
    logLevel,
    openWebhooks: values['open-webhooks'] ?? false,
    ...(values['drain-ms'] === undefined ? {} : { drainMs: Number(values['drain-ms']) }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        'script-root': { type: 'string' },
        entry: { type: 'string' },
        'data-dir': { type: 'string' },
        'log-level': { type: 'string' },
        'open-webhooks': { type: 'boolean' },
        'drain-ms': { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new HostStartError([errorMessage(error)], { cause: error });
  }
}
