import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BicepMissing, locateBicep, pinnedVersion, runBicep } from '../../scripts/bicep/bicep.ts';
import { bicepFiles, hasBicep, INFRA, missing, properties } from './support.ts';

/** The compiler starts a .NET runtime each time: seconds, on a busy machine many. */
const SLOW = 120_000;
const scratch = mkdtempSync(join(tmpdir(), 'policycortex-infra-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('the compiler is there; in CI nothing of this may be skipped', ({ skip }) => {
  if (missing && !process.env.CI) skip(missing);

  expect(missing).toBeUndefined();
});

describe('without a compiler', () => {
  test('one line says what to do where dotnet is absent', () => {
    const environment = { PATH: scratch, BICEP_CACHE_DIR: join(scratch, 'empty') };

    const locate = () => locateBicep(environment);

    expect(locate).toThrow(BicepMissing);
    expect(locate).toThrow(/^Bicep \S+ is needed \(docs\/deployment\.md#the-compiler\): .*\.NET SDK[^\n]*$/);
  });

  test('BICEP_PATH is taken as it is', () => {
    expect(locateBicep({ BICEP_PATH: '/opt/bicep' })).toBe('/opt/bicep');
  });

  test('the pinned version is one exact version', () => {
    expect(pinnedVersion()).toMatch(/^\d+\.\d+\.\d+$/);
    expect(() => pinnedVersion('<Project/>')).toThrow(BicepMissing);
  });
});

describe.runIf(hasBicep)('every Bicep file', () => {
  test(
    'compiles and passes every rule without a word',
    () => {
      const run = runBicep(['lint', '--pattern', '**/*.bicep'], { cwd: INFRA });

      expect(`${run.stdout}${run.stderr}`.trim()).toBe('');
      expect(run.status).toBe(0);
    },
    SLOW,
  );

  test(
    'is formatted',
    () => {
      const copy = join(scratch, 'formatted');
      cpSync(INFRA, copy, { recursive: true });

      for (const pattern of ['**/*.bicep', '*.bicepparam'])
        runBicep(['format', '--pattern', pattern], { cwd: copy });

      const read = (folder: string, file: string) => readFileSync(join(folder, file), 'utf8');
      expect(bicepFiles().filter((file) => read(copy, file) !== read(INFRA, file))).toEqual([]);
    },
    SLOW,
  );

  test('uses no module of a registry', () => {
    const texts = bicepFiles().map((file) => readFileSync(join(INFRA, file), 'utf8'));

    expect(texts.filter((text) => /'(br|ts)[:/]/.test(text))).toEqual([]);
  });
});

describe.runIf(hasBicep)('the compiled templates', () => {
  test.each(['main.bicep', 'onboarding/subscription.bicep', 'onboarding/managementGroup.bicep'])(
    '%s puts out no secret, and takes none',
    (file) => {
      const { stdout } = runBicep(['build', file, '--stdout'], { cwd: INFRA });
      const settled = [...properties(JSON.parse(stdout))];
      const declared = settled.filter(([name]) => name === 'outputs' || name === 'parameters');

      expect(declared.length).toBeGreaterThan(0);
      expect(JSON.stringify(declared.map(([, value]) => value))).not.toMatch(/secure(string|object)/i);
      const outputs = settled
        .filter(([name]) => name === 'outputs')
        .map(([, value]) => JSON.stringify(value));
      expect(outputs.join()).not.toMatch(
        /list(Keys|Secrets|AccountSas|ServiceSas|Credentials)|connectionString|password/i,
      );
    },
    SLOW,
  );
});

describe.runIf(hasBicep)('the gate closes', () => {
  test(
    'on each planted mistake',
    () => {
      const planted = [
        ['unused parameter', `param forgotten string\n`],
        ['secret output', `@secure()\nparam password string\noutput leaked string = password\n`],
        ['secure default', `@secure()\nparam password string = 'hunter2'\n`],
        [
          'fixed region',
          `resource a 'Microsoft.Storage/storageAccounts@2025-06-01' = {\n  name: 'x123'\n  location: 'westeurope'\n  kind: 'StorageV2'\n  sku: { name: 'Standard_LRS' }\n}\n`,
        ],
        [
          'unknown API version',
          `resource a 'Microsoft.KeyVault/vaults@2001-01-01' existing = {\n  name: 'x123'\n}\noutput id string = a.id\n`,
        ],
        [
          'wrong property',
          `resource a 'Microsoft.KeyVault/vaults@2025-05-01' = {\n  name: 'x123'\n  location: resourceGroup().location\n  properties: { sku: { family: 'A', name: 'standard' }, tenantId: tenant().tenantId, purge: true }\n}\n`,
        ],
      ] as const;
      const folder = join(scratch, 'planted');
      mkdirSync(folder);
      cpSync(join(INFRA, 'bicepconfig.json'), join(folder, 'bicepconfig.json'));
      for (const [name, source] of planted) writeFileSync(join(folder, `${name}.bicep`), source);

      const { stdout, stderr } = runBicep(['lint', '--pattern', '*.bicep'], { cwd: folder });

      const passed = planted.filter(
        ([name]) => !new RegExp(`${name}\\.bicep\\(.*(Error|Warning)`).test(stdout + stderr),
      );
      expect(passed.map(([name]) => name)).toEqual([]);
    },
    SLOW,
  );
});
