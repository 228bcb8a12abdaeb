import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };
import type { Finding } from '../../src/features/diagnosis/index.ts';
import { readEnvironment } from '../../src/local/environmentFile.ts';
import { createServices } from '../../src/services.ts';
import { azureCli } from '../infra/az.ts';
import { lookAtInstallation } from './installation.ts';
import { lookFromOutside } from './outside.ts';
import { report } from './report.ts';
import { checkSettings } from './settings.ts';

const HELP = `Looks at a deployment from outside and from within, and says what is wrong and what mends it.

  npm run doctor                                        the local mode that runs (npm start)
  azd env exec -- npm run doctor -- --api-key KEY       the installation of the azd environment

  --url URL               address of the app                    (default: FUNCTION_APP_URL)
  --api-key KEY           key of an owner; without it the app is not looked at from within
                          (default: POLICYCORTEX_API_KEY; locally, the key of local mode)
  --resource-group GROUP  of the installation                   (default: AZURE_RESOURCE_GROUP)
  --app NAME              function app                          (default: FUNCTION_APP_NAME)
  --data-dir DIR          of local mode                         (default: .policycortex)
  --all                   also names everything that is well
  --json                  one JSON document: {"status", "findings"}
  --help

Ends with 0 where nothing failed, 1 where something did, 2 for a wrong command line.
Every call is harmless: what is read, deleted or sent does not exist, or changes nothing.`;

type Options = ReturnType<typeof readOptions>;

function readOptions(args: readonly string[]) {
  const { env } = process;
  const text = (value: string | undefined) =>
    value ? ({ type: 'string', default: value } as const) : ({ type: 'string' } as const);
  return parseArgs({
    args: [...args],
    options: {
      url: text(env.FUNCTION_APP_URL),
      'api-key': text(env.POLICYCORTEX_API_KEY),
      'resource-group': text(env.AZURE_RESOURCE_GROUP),
      app: text(env.FUNCTION_APP_NAME),
      'data-dir': { type: 'string', default: '.policycortex' },
      all: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
}

async function lookAtAzure(url: string, options: Options): Promise<Finding[]> {
  const { app, 'resource-group': resourceGroup, 'api-key': apiKey } = options;
  const restart = `az functionapp restart --resource-group ${resourceGroup ?? 'GROUP'} --name ${app ?? 'APP'}`;
  const installation =
    app && resourceGroup ? lookAtInstallation({ app, resourceGroup, az: azureCli }) : [skippedInstallation()];
  const { findings } = await lookFromOutside({ url, apiKey, restart, version: manifest.version });
  return [...installation, ...findings];
}

function skippedInstallation(): Finding {
  const detail = 'not looked at: name it with --resource-group and --app, or run with azd env exec';
  return { check: 'installation', subject: 'app', state: 'skipped', detail };
}

/** Where the app does not answer, its dependencies are looked at from here, which emulators allow anybody. */
async function lookAtLocalMode(options: Options): Promise<Finding[]> {
  const directory = options['data-dir'];
  const running = readEnvironment(join(directory, 'environment.json'));
  if (!running) {
    const detail = `no local mode runs in ${directory}`;
    return [{ check: 'app', subject: 'app', state: 'failed', detail, mend: 'npm start' }];
  }
  const keyFile = join(directory, 'api-key');
  const kept = existsSync(keyFile) ? readFileSync(keyFile, 'utf8').trim() : undefined;
  const { settings, findings } = checkSettings(running.environment, 'npm start, without that setting');
  const outside = await lookFromOutside({
    url: options.url ?? running.url,
    apiKey: options['api-key'] ?? kept,
    restart: 'npm start',
    version: manifest.version,
  });
  if (outside.answers || !settings) return [...findings, ...outside.findings];
  const services = createServices({ ...settings, LOG_LEVEL: 'error' });
  const inside = await services.diagnosis.run();
  await services.queues.close();
  return [...findings, ...outside.findings, ...inside];
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else {
    const url = options.url?.replace(/\/$/, '');
    const findings = url ? await lookAtAzure(url, options) : await lookAtLocalMode(options);
    process.exitCode = report(findings, { isJson: options.json, isWhole: options.all });
  }
} catch (error) {
  if (!(error instanceof TypeError && String((error as { code?: string }).code).startsWith('ERR_PARSE_ARGS')))
    throw error;
  console.error(`${error.message} (--help)`);
  process.exitCode = 2;
}
