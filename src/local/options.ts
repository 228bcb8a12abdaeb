import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export type LocalOptions = {
  readonly port: number;
  readonly dataDir: string;
  readonly estateSize: number;
  readonly seed: number;
  /** Changes a second. */
  readonly drift: number;
  readonly estate: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
};

/** A command line that cannot be followed; the message has one line per problem. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `PolicyCortex on this machine: Functions host, Azurite, emulators of Service Bus and Event Hubs, an Azure
simulator.

Usage: npm start -- [options]

  --port N          where the API listens                           (default 7071)
  --data-dir DIR    where everything is kept                        (default .policycortex)
  --estate-size N   resources that the simulator makes              (default 2000;
                    above 150,000 the inventory does not survive a restart)
  --seed N          same seed, same estate                          (default 1)
  --drift N         changes a second that the simulator makes       (default 0.5, 0 = none)
  --estate FILE     take the estate from a file instead, made with
                    az graph query -q "resources" --first 1000 -o json
  --json            print one line when ready: {"url","apiKey","simulatorUrl"}
  --help            this text

npm run reset empties the data directory.
With AZURE_RESOURCE_MANAGER_ENDPOINT set (https://management.azure.com) no simulator is started and your own
subscriptions are read with "az login"; TENANT_ID names their tenant. See README.md.
`;

/** @throws UsageError */
export function parseOptions(args: readonly string[]): LocalOptions {
  const values = readArguments(args);
  const problems: string[] = [];
  function number(
    name: 'port' | 'estate-size' | 'seed' | 'drift',
    limits: { min: number; max: number; isWhole: boolean },
  ): number {
    const value = Number(values[name]);
    const isRight =
      value >= limits.min && value <= limits.max && (!limits.isWhole || Number.isInteger(value));
    if (!isRight)
      problems.push(
        `--${name} must be a ${limits.isWhole ? 'whole ' : ''}number from ${limits.min} to ${limits.max}`,
      );
    return value;
  }
  const options = {
    port: number('port', { min: 0, max: 65_535, isWhole: true }),
    estateSize: number('estate-size', { min: 0, max: 1_000_000, isWhole: true }),
    seed: number('seed', { min: 0, max: 2 ** 31, isWhole: true }),
    drift: number('drift', { min: 0, max: 1000, isWhole: false }),
    dataDir: resolve(values['data-dir']),
    estate: values.estate === undefined ? undefined : resolve(values.estate),
    json: values.json,
    help: values.help,
  };
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return options;
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '7071' },
        'data-dir': { type: 'string', default: '.policycortex' },
        'estate-size': { type: 'string', default: '2000' },
        seed: { type: 'string', default: '1' },
        drift: { type: 'string', default: '0.5' },
        estate: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message.split('\n')[0] ?? 'the options cannot be read');
  }
}
