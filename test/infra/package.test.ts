import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { costRows } from '../../scripts/infra/cost.ts';
import { toDuration } from '../../scripts/infra/declarations.ts';
import { makePackage } from '../../scripts/infra/package.ts';
import { at, deployed, markdownTable, only, ROOT } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'policycortex-package-'));
beforeAll(() => makePackage(folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  test('holds what it must and nothing else', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();

    expect(files).toEqual(['LICENSE', 'dist', 'dist/main.cjs', 'host.json', 'package.json']);
  });

  test('is as small as docs/deployment.md says', () => {
    expect(statSync(join(folder, 'dist/main.cjs')).size).toBeLessThan(6_000_000);
  });

  test('names the extension bundle: without it Azure knows no trigger but HTTP and timers', () => {
    const { extensionBundle } = JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8'));

    expect(extensionBundle).toEqual({
      id: 'Microsoft.Azure.Functions.ExtensionBundle',
      version: '[4.*, 5.0.0)',
    });
  });

  test('brings nothing that a build on the way could run or install', () => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

    expect(Object.keys(manifest).toSorted()).toEqual(['license', 'main', 'name', 'private', 'version']);
    expect(manifest.main).toBe('dist/main.cjs');
  });

  test('starts with no node_modules, up to the worker’s own module and the settings', () => {
    const { stderr } = spawnSync(process.execPath, [join(folder, manifestMain())], {
      cwd: folder,
      encoding: 'utf8',
      env: {},
    });

    expect(stderr).toContain('setting TENANT_ID: is required');
    expect(stderr).not.toMatch(/Cannot find module '(?!@azure\/functions-core)/);
  });

  function manifestMain(): string {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).main;
  }
});

describe('azure.yaml', () => {
  const azure: unknown = parse(readFileSync(join(ROOT, 'azure.yaml'), 'utf8'));

  test('deploys the package to the app that Bicep tags for it', () => {
    const tag = String(at(only(deployed('prod'), 'Microsoft.Web/sites'), 'tags', 'azd-service-name'));

    expect(at(azure, 'services', tag)).toEqual({
      project: 'dist/package',
      language: 'js',
      host: 'function',
      remoteBuild: false,
    });
  });

  test('names only hooks that there are', () => {
    const { stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/infra/hook.ts')], {
      encoding: 'utf8',
    });
    const commands = JSON.stringify(at(azure, 'hooks')).match(/hook\.ts \w+/g) ?? [];

    expect(commands).toHaveLength(8);
    for (const command of commands) expect(stderr).toContain(command.split(' ')[1]);
  });
});

test('durations are written as Service Bus writes them', () => {
  expect([60, 300, 3600, 86_400, 14 * 86_400, 90_061].map(toDuration)).toEqual([
    'PT1M',
    'PT5M',
    'PT1H',
    'P1D',
    'P14D',
    'P1DT1H1M1S',
  ]);
  expect(() => toDuration(0)).toThrow(RangeError);
});

test('docs/deployment.md shows the cost that the formula gives (else: node scripts/infra/cost.ts)', () => {
  const columns = [
    '*n* (*s*, *c*)',
    'table operations',
    'message operations',
    'executions',
    'GB-seconds',
    'telemetry',
    'a month',
  ];

  expect(markdownTable('docs/deployment.md', columns).map((row) => Object.values(row))).toEqual(costRows());
});
