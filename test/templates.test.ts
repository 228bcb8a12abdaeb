import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ExpandedResource, expandTemplate } from '#features/templates/index.ts';
import { runBicep } from '../scripts/bicep/bicep.ts';
import {
  evaluateProfile,
  type PredictedResource,
  SUBSCRIPTION_ID,
  TENANT_ID,
} from '../scripts/infra/snapshots.ts';

/** Bicep's own engine, which evaluates templates without Azure, is the oracle. */
describe('expandTemplate', () => {
  it.each(['dev', 'private'] as const)('finds what the real compiler predicts for infra/%s', (profile) => {
    const { template, parameters } = buildParameters(profile);

    const { resources, problems } = expandTemplate(template, {
      parameters,
      scope: { kind: 'subscription', subscriptionId: SUBSCRIPTION_ID },
      surroundings: { tenant: { tenantId: TENANT_ID } },
      deploymentName: 'snapshot',
      utcNow: '2026-01-01T00:00:00Z',
    });

    const predicted = evaluateProfile(profile);
    expect(problems).toEqual([]);
    // The compiler leaves the names of the cloud open; we do not.
    const told = predicted.filter(({ id }) => !id.startsWith('['));
    expect(resources).toHaveLength(predicted.length);
    expect(resources.every(({ id }) => !id.includes('['))).toBe(true);
    expect(told.flatMap((each) => differences(each, resources))).toEqual([]);
  });
});

const ENVIRONMENT = {
  BUDGET_START_DATE: '2026-01-01',
  ALERT_EMAILS: 'operator@example.com',
  AZURE_LOCATION: 'westeurope',
  WATCHED_SUBSCRIPTION_IDS: '',
  DEPLOYER_ADDRESSES: '',
  ENABLE_WRITING: 'false',
  RECOVER_VAULT: 'false',
};

function buildParameters(profile: string) {
  const folder = mkdtempSync(join(tmpdir(), 'policycortex-templates-'));
  try {
    cpSync(join(import.meta.dirname, '../infra'), folder, { recursive: true });
    const { stdout, stderr } = runBicep(['build-params', `${profile}.bicepparam`, '--stdout'], {
      cwd: folder,
      environment: { ...ENVIRONMENT, AZURE_ENV_NAME: profile },
    });
    if (!stdout) throw new Error(stderr);
    const built = JSON.parse(stdout);
    return {
      template: JSON.parse(built.templateJson),
      parameters: JSON.parse(built.parametersJson).parameters,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Paths where we know another value than the compiler, or know one where it says that only Azure can. */
function differences(predicted: PredictedResource, resources: readonly ExpandedResource[]): string[] {
  const ours = resources.find(({ id }) => id.toLowerCase() === predicted.id.toLowerCase());
  if (!ours) return [`${predicted.id} is missing`];
  const { id: _id, name: _name, apiVersion, dependsOn: _dependsOn, scope: _scope, ...body } = predicted;
  const { id: _own, name: _ownName, ...document } = ours.document;
  return compare({ apiVersion, ...body }, document, '').map((path) => `${predicted.name}: ${path}`);
}

function compare(theirs: unknown, ours: unknown, path: string): string[] {
  // The compiler leaves the cloud and the tenant open.
  if (typeof theirs === 'string' && /environment\(\)|tenant\(\)/.test(theirs)) return [];
  if (typeof theirs === 'string' && theirs.startsWith('['))
    return typeof ours === 'string' && ours.startsWith('[')
      ? []
      : [`${path}: ${JSON.stringify(ours)} ≠ ${theirs}`];
  if (typeof theirs !== 'object' || theirs === null || typeof ours !== 'object')
    return theirs === ours ? [] : [`${path}: ${JSON.stringify(ours)} ≠ ${JSON.stringify(theirs)}`];
  const own = typeof ours === 'object' && ours !== null ? ours : {};
  const keys = new Set([...Object.keys(theirs), ...Object.keys(own)]);
  return [...keys].flatMap((key) =>
    compare(Reflect.get(theirs, key), Reflect.get(own, key), `${path}.${key}`),
  );
}
