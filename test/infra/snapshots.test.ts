import { describe, expect, test } from 'vitest';
import { runBicep } from '../../scripts/bicep/bicep.ts';
import { evaluateProfile, keptSnapshot, PROFILES } from '../../scripts/infra/snapshots.ts';
import { hasBicep, INFRA } from './support.ts';

describe.runIf(hasBicep)('what would be deployed', () => {
  test.each(PROFILES)(
    'with %s is what infra/snapshots shows (else: node scripts/infra/snapshots.ts)',
    (name) => {
      expect(evaluateProfile(name)).toEqual(keptSnapshot(name));
    },
  );

  test('with main.bicepparam, which azd takes, is the profile that was asked for', () => {
    const environment = { AZURE_ENV_NAME: 'prod', POLICYCORTEX_PROFILE: 'private' };

    const forAzd = runBicep(['build-params', 'main.bicepparam', '--stdout'], { cwd: INFRA, environment });
    const direct = runBicep(['build-params', 'private.bicepparam', '--stdout'], { cwd: INFRA, environment });

    expect(forAzd.stderr).toBe('');
    expect(parameters(forAzd.stdout)).toEqual(parameters(direct.stdout));
  });
});

function parameters(stdout: string): unknown {
  const { parametersJson } = JSON.parse(stdout);
  return JSON.parse(parametersJson).parameters;
}
