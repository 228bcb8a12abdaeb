import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './files.ts';

/** A command line tool. */
export interface Command<Options extends NonNullable<ParseArgsConfig['options']>> {
  readonly help: string;
  readonly options: Options;
  /** @returns the exit code. @throws UsageError for one line and exit code 2 */
  readonly run: (values: Values, positionals: readonly string[]) => number;
}

export type Values = Readonly<Record<string, string | boolean | undefined>>;

/** Parses the command line, runs the command and sets the exit code. */
export function runCommand<Options extends NonNullable<ParseArgsConfig['options']>>(
  command: Command<Options>,
): void {
  try {
    const { values, positionals } = parse(command.options);
    if (values.help === true) console.log(command.help);
    else process.exitCode = command.run(values, positionals);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message.replaceAll('\n', ' '));
    process.exitCode = 2;
  }
}

function parse(options: NonNullable<ParseArgsConfig['options']>): { values: Values; positionals: string[] } {
  try {
    const parsed = parseArgs({
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    return { values: { ...parsed.values } as Values, positionals: parsed.positionals };
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : String(cause)} (see --help)`, { cause });
  }
}

/** The value of an option that names something. */
export function textOption(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}
