import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { runBicep } from '../bicep/bicep.ts';
import { formatJson } from './format.ts';

/**
 * What a deployment would make, as Bicep's own engine evaluates it, without Azure. The snapshots of the parameter
 * files are kept in infra/snapshots/ so that a review sees what a change changes:
 * `node scripts/infra/snapshots.ts` writes them, `--check` compares.
 */

const INFRA = join(import.meta.dirname, '../../infra');
const SNAPSHOTS = join(INFRA, 'snapshots');

export const SUBSCRIPTION_ID = '00000000-0000-4000-8000-000000000001';
export const TENANT_ID = '00000000-0000-4000-8000-000000000002';
export const PROFILES = ['dev', 'prod', 'private'] as const;
export type ProfileName = (typeof PROFILES)[number];

const Resources = z.array(
  z.looseObject({
    id: z.string(),
    type: z.string(),
    name: z.string(),
    apiVersion: z.string(),
    properties: z.record(z.string(), z.unknown()).optional(),
  }),
);
const Snapshot = z.object({ predictedResources: Resources });
/** A resource that would be made; what only Azure knows stands in it as a template expression. */
export type PredictedResource = z.infer<typeof Resources>[number];

/**
 * Evaluates a parameter file, given as text whose `using` is relative to infra/.
 * @throws Error with the compiler's words where it does not compile
 */
export function evaluate(
  parameters: string,
  options: {
    managementGroupId?: string;
    resourceGroup?: string;
    environment?: Readonly<Record<string, string>>;
  } = {},
): PredictedResource[] {
  const folder = mkdtempSync(join(tmpdir(), 'policycortex-bicep-'));
  try {
    cpSync(INFRA, folder, { recursive: true });
    writeFileSync(join(folder, 'evaluated.bicepparam'), parameters);
    const scope = options.managementGroupId
      ? ['--management-group-id', options.managementGroupId]
      : ['--subscription-id', SUBSCRIPTION_ID];
    const group = options.resourceGroup ? ['--resource-group', options.resourceGroup] : [];
    const context = ['--tenant-id', TENANT_ID, '--location', 'westeurope', '--deployment-name', 'snapshot'];
    const run = runBicep(
      ['snapshot', 'evaluated.bicepparam', '--mode', 'overwrite', ...scope, ...group, ...context],
      {
        cwd: folder,
        environment: {
          BUDGET_START_DATE: '2026-01-01',
          ALERT_EMAILS: 'operator@example.com',
          AZURE_LOCATION: 'westeurope',
          WATCHED_SUBSCRIPTION_IDS: '',
          DEPLOYER_ADDRESSES: '',
          OWNER: 'policycortex',
          ENTRA_AUDIENCES: '',
          ENTRA_TENANT_IDS: '',
          GITHUB_AUDIENCE: '',
          PUBLIC_URL: '',
          SIGN_IN_CLIENT_ID: '',
          SIGN_IN_SECRET_NAME: '',
          CORS_ORIGINS: '',
          COST_CENTER: 'policycortex',
          ENABLE_WRITING: 'false',
          RECOVER_VAULT: 'false',
          SECURITY_EXPORT_HUB_ID: '',
          SECURITY_EXPORT_CONSUMER_GROUP: '$Default',
          ...options.environment,
        },
      },
    );
    if (run.status !== 0) throw new Error(`bicep snapshot: ${run.stderr}${run.stdout}`);
    const content = readFileSync(join(folder, 'evaluated.snapshot.json'), 'utf8');
    return Snapshot.parse(JSON.parse(content)).predictedResources;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Evaluates infra/NAME.bicepparam. */
export function evaluateProfile(
  name: ProfileName | 'main',
  environment: Readonly<Record<string, string>> = {},
): PredictedResource[] {
  return evaluate(readFileSync(join(INFRA, `${name}.bicepparam`), 'utf8'), {
    environment: { AZURE_ENV_NAME: name === 'main' ? 'dev' : name, ...environment },
  });
}

/** The snapshot that is kept; empty where there is none. */
export function keptSnapshot(name: ProfileName): PredictedResource[] {
  const file = join(SNAPSHOTS, `${name}.json`);
  return existsSync(file) ? Resources.parse(JSON.parse(readFileSync(file, 'utf8'))) : [];
}

function main(mode: string | undefined): void {
  mkdirSync(SNAPSHOTS, { recursive: true });
  for (const name of PROFILES) {
    const resources = evaluateProfile(name);
    if (JSON.stringify(keptSnapshot(name)) === JSON.stringify(resources)) continue;
    if (mode === '--check') {
      console.log(`stale (node scripts/infra/snapshots.ts): infra/snapshots/${name}.json`);
      process.exitCode = 1;
      continue;
    }
    writeFileSync(join(SNAPSHOTS, `${name}.json`), formatJson(resources));
    console.log(`written: infra/snapshots/${name}.json`);
  }
}

if (import.meta.main) main(process.argv[2]);
