import { parseArgs } from 'node:util';
import { AzError, azureCli, azureCliShown } from './az.ts';
import { add, OnboardingError, type OnboardingOptions, remove } from './onboarding.ts';

const HELP = `Adds Azure subscriptions to what an installation of PolicyCortex watches.

  node scripts/infra/onboard.ts add    (--subscription ID | --management-group NAME) [--write] [--what-if]
  node scripts/infra/onboard.ts remove (--subscription ID | --management-group NAME) [--what-if]

  --subscription ID        one subscription
  --management-group NAME  every subscription below it; the roles are assigned on the group, so that
                           later subscriptions can be read at once (run add again for their events)
  --write                  also lets the writing identity change tags there (never by default)
  --what-if                shows what would change, changes nothing
  --home RESOURCE_GROUP    resource group of the installation   (default: AZURE_RESOURCE_GROUP)
  --home-subscription ID   subscription of the installation     (default: AZURE_SUBSCRIPTION_ID)
  --help

Needs az login with Owner, or User Access Administrator and Contributor, on the target, and Contributor and
Managed Identity Operator on the installation. May be repeated at will.`;

/** Thrown for a command line that makes no sense; the message says what is missing. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

function readCommand(args: readonly string[]): { command: string; options: OnboardingOptions } | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      subscription: { type: 'string' },
      'management-group': { type: 'string' },
      home: { type: 'string', default: process.env.AZURE_RESOURCE_GROUP ?? '' },
      'home-subscription': { type: 'string', default: process.env.AZURE_SUBSCRIPTION_ID ?? '' },
      write: { type: 'boolean', default: false },
      'what-if': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const command = positionals[0];
  if ((command !== 'add' && command !== 'remove') || positionals.length > 1)
    throw new UsageError('say add or remove');
  const { subscription, 'management-group': group } = values;
  if ((subscription === undefined) === (group === undefined)) {
    throw new UsageError('name a --subscription or a --management-group');
  }
  if (!values.home || !values['home-subscription']) {
    throw new UsageError(
      'name the installation: --home and --home-subscription, or run it with azd env exec',
    );
  }
  const target =
    subscription === undefined
      ? { kind: 'managementGroup' as const, id: checked(group ?? '', /^[\w().-]{1,90}$/) }
      : {
          kind: 'subscription' as const,
          id: checked(subscription, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i).toLowerCase(),
        };
  const home = { resourceGroup: values.home, subscriptionId: values['home-subscription'] };
  return { command, options: { target, home, write: values.write, whatIf: values['what-if'] } };
}

function checked(id: string, pattern: RegExp): string {
  if (!pattern.test(id)) throw new UsageError(`not an id: ${id}`);
  return id;
}

try {
  const given = readCommand(process.argv.slice(2));
  if (!given) console.log(HELP);
  else {
    const work = given.command === 'add' ? add : remove;
    work(given.options, { az: azureCli, show: azureCliShown, say: (line) => console.log(line) });
  }
} catch (error) {
  const isExpected =
    error instanceof UsageError ||
    error instanceof OnboardingError ||
    error instanceof AzError ||
    (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  if (!isExpected) throw error;
  console.error(`${error.message}${error instanceof UsageError ? ' (--help)' : ''}`);
  process.exitCode = 1;
}
