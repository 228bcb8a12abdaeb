import * as z from 'zod';
import type { Finding } from '../../src/features/diagnosis/index.ts';
import { type Az, AzError } from '../infra/az.ts';
import { checkSettings, unknownSettings } from './settings.ts';

const App = z.object({
  state: z.string(),
  identity: z
    .object({ userAssignedIdentities: z.record(z.string(), z.object({ clientId: z.string() })).nullish() })
    .nullish(),
});
const AppSettings = z.array(z.object({ name: z.string(), value: z.string().nullish() }));

export type Installation = { readonly resourceGroup: string; readonly app: string; readonly az: Az };

/** What Azure says of the function app: that it runs, its settings, and that each identity they name is attached. */
export function lookAtInstallation({ resourceGroup, app, az }: Installation): Finding[] {
  const at = ['--resource-group', resourceGroup, '--name', app];
  try {
    const shown = App.parse(az(['functionapp', 'show', ...at]));
    const listed = AppSettings.parse(az(['functionapp', 'config', 'appsettings', 'list', ...at]) ?? []);
    const environment = Object.fromEntries(listed.map(({ name, value }) => [name, value ?? '']));
    const { findings } = checkSettings(environment, 'azd provision');
    const unknown = unknownSettings(Object.keys(environment));
    return [stateOf(shown.state, at), ...findings, ...unknown, ...identitiesOf(shown, environment)];
  } catch (error) {
    if (!(error instanceof AzError)) throw error;
    return [
      {
        check: 'installation',
        subject: app,
        state: 'skipped',
        detail: `not looked at: ${error.message} (az login, role Website Contributor on ${resourceGroup})`,
      },
    ];
  }
}

function stateOf(state: string, at: readonly string[]): Finding {
  if (state === 'Running') return { check: 'installation', subject: 'app', state: 'ok', detail: 'runs' };
  const mend = `az functionapp start ${at.join(' ')}`;
  return { check: 'installation', subject: 'app', state: 'failed', detail: `the app is ${state}`, mend };
}

function identitiesOf({ identity }: z.infer<typeof App>, environment: Record<string, string>): Finding[] {
  const attached = Object.values(identity?.userAssignedIdentities ?? {}).map(({ clientId }) => clientId);
  const named = ['AZURE_CLIENT_ID', 'AZURE_WRITER_CLIENT_ID'].filter((name) => environment[name]);
  return named.map((name): Finding => {
    if (attached.includes(environment[name] ?? ''))
      return { check: 'installation', subject: name, state: 'ok', detail: 'attached to the app' };
    const detail = `the identity ${environment[name]} is not attached to the app`;
    return { check: 'installation', subject: name, state: 'failed', detail, mend: 'azd provision' };
  });
}
