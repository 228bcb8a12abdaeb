import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { azureCli } from './az.ts';
import { makePackage } from './package.ts';

/** What `azd` runs around its steps (azure.yaml). `node scripts/infra/hook.ts NAME` */

const HEALTH_MINUTES = Number(process.env.HEALTH_MINUTES ?? 5);
const HEALTH_PAUSE_MS = 2_000;
const WATCH_ATTEMPTS = 3;

const hooks: Readonly<Record<string, () => Promise<void>>> = {
  async package() {
    await makePackage('dist/package');
  },

  /**
   * A rolling update replaces instances a few at a time, each after its executions have ended; the platform's own
   * default ends them all at once. Bicep's types know no such property yet, and a provisioning may reset it.
   */
  async predeploy() {
    await makePackage('dist/package');
    const type = process.env.UPDATE_STRATEGY || 'RollingUpdate';
    azureCli([
      ...['functionapp', 'update-strategy', 'config', 'set', '--type', type],
      ...['--name', needed('FUNCTION_APP_NAME'), '--resource-group', needed('AZURE_RESOURCE_GROUP')],
      ...['--subscription', needed('AZURE_SUBSCRIPTION_ID')],
    ]);
  },

  /** The budget counts from a month that may not change later; two resource providers are not registered by the template alone. */
  async preprovision() {
    if (!process.env.BUDGET_START_DATE) {
      setAzdValue('BUDGET_START_DATE', `${new Date().toISOString().slice(0, 7)}-01`);
    }
    for (const provider of ['Microsoft.App', 'Microsoft.EventGrid']) {
      azureCli([
        'provider',
        'register',
        '--namespace',
        provider,
        '--wait',
        '--subscription',
        needed('AZURE_SUBSCRIPTION_ID'),
      ]);
    }
  },

  /** A deployment counts only when the app says that it is ready. Then the home subscription is watched, unless WATCH_HOME=false. */
  async postdeploy() {
    if (process.env.SKIP_HEALTH !== 'true') await healthy(`${needed('FUNCTION_APP_URL')}/health`);
    if (process.env.WATCH_HOME === 'false') return;
    await watchHome();
  },
};

/** Resource Manager may learn of the functions a little after they answer, so a refusal is tried again. */
async function watchHome(): Promise<void> {
  const onboard = ['scripts/infra/onboard.ts', 'add', '--subscription', needed('AZURE_SUBSCRIPTION_ID')];
  for (let attempt = 1; ; attempt += 1) {
    const { status } = spawnSync(process.execPath, onboard, { stdio: 'inherit' });
    if (status === 0) return;
    if (attempt === WATCH_ATTEMPTS)
      throw new Error('the home subscription is not watched: run onboard.ts by hand');
    await pause(attempt * 20_000);
  }
}

async function healthy(url: string): Promise<void> {
  const deadline = Date.now() + HEALTH_MINUTES * 60_000;
  let last = 'no answer';
  while (Date.now() < deadline) {
    last = await fetch(url, { signal: AbortSignal.timeout(30_000) }).then(
      async (response) =>
        response.ok ? 'ok' : `${response.status} ${(await response.text()).slice(0, 500)}`,
      (error: unknown) => String(error),
    );
    if (last === 'ok') return;
    await pause(HEALTH_PAUSE_MS);
  }
  throw new Error(
    `${url} is not healthy after ${HEALTH_MINUTES} minutes: ${last}. Roll back: azd deploy --from-package PREVIOUS.zip`,
  );
}

function setAzdValue(name: string, value: string): void {
  const { status, error } = spawnSync('azd', ['env', 'set', name, value], { stdio: 'inherit' });
  if (error || status !== 0) throw new Error(`azd env set ${name} failed`, { cause: error });
}

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this runs as a hook of azd (azure.yaml)`);
  return value;
}

const hook = hooks[process.argv[2] ?? ''];
if (!hook) {
  console.error(`usage: node scripts/infra/hook.ts ${Object.keys(hooks).join(' | ')}`);
  process.exitCode = 1;
} else {
  await hook().catch((error: unknown) => {
    if (!(error instanceof Error)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  });
}
