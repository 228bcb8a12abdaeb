import type { Finding } from '../../src/features/diagnosis/index.ts';
import { describeSettings, readSettings, type Settings, SettingsError } from '../../src/settings.ts';
import { PLATFORM_SETTINGS } from '../infra/platformSettings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that the app could start with, or undefined; and what is wrong with them, a finding each. */
export function checkSettings(
  environment: Environment,
  mend: string,
): { readonly settings: Settings | undefined; readonly findings: Finding[] } {
  try {
    const settings = readSettings(environment);
    const detail = `${Object.keys(environment).length} settings, all understood`;
    return { settings, findings: [{ check: 'settings', subject: 'app', state: 'ok', detail }] };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const findings = error.message.split('\n').map((line): Finding => {
      const [, subject = 'app', detail = line] = /^setting ([^:]+): (.*)$/.exec(line) ?? [];
      return { check: 'settings', subject, state: 'failed', detail, mend };
    });
    return { settings: undefined, findings };
  }
}

/** App settings that neither we nor the platform know: most often a misspelt name. */
export function unknownSettings(names: readonly string[]): Finding[] {
  const known = new Set(describeSettings().map(({ name }) => name));
  return names
    .filter((name) => !known.has(name) && !PLATFORM_SETTINGS.some((pattern) => pattern.test(name)))
    .map((name) => ({
      check: 'settings',
      subject: name,
      state: 'warning',
      detail: 'no setting of this name is known (docs/settings.md)',
      mend: `az functionapp config appsettings delete --setting-names ${name}`,
    }));
}
