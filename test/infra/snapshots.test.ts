import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
    120_000,
  );

  test('by azd is the profile that was asked for', () => {
    const environment = { POLICYCORTEX_PROFILE: 'private' };

    const { stdout, stderr } = runBicep(['build-params', 'main.bicepparam', '--stdout'], {
      cwd: INFRA,
      environment,
    });

    expect(stderr).toBe('');
    expect(JSON.parse(JSON.parse(stdout).parametersJson).parameters.profile.value.privateNetworking).toBe(
      true,
    );
  });
});

describe('the parameter files', () => {
  /** Without what may differ: comments, the name, and how the profile is chosen. */
  function shared(name: string): string[] {
    const text = readFileSync(join(INFRA, `${name}.bicepparam`), 'utf8').replace(/\s+/g, ' ');
    const parameters = text.split(/(?=param )/).map((each) => each.trim());
    return parameters
      .slice(1)
      .filter((each) => !/^param (environmentName|profile|deployerAddresses) /.test(each));
  }

  test.each(PROFILES)('main and %s differ in nothing but the profile', (name) => {
    expect(shared(name).length).toBeGreaterThan(4);
    expect(shared(name)).toEqual(shared('main'));
  });
});
