import type { InventoryStore } from '#features/inventory/index.ts';
import { listTenants } from '#features/inventory/index.ts';
import type { Blobs, ContainerDeclaration } from '#platform/blobs.ts';
import type { Clock } from '#platform/clock.ts';
import type { QueueDeclaration, Queues } from '#platform/queues.ts';
import type { ResourceManager } from '#platform/resourceManager.ts';
import type { TableDeclaration, Tables } from '#platform/tables.ts';
import { azureChecks } from './azure.ts';
import { clockCheck } from './clock.ts';
import { exportCheck, type Received } from './exported.ts';
import { answerOf, type Check, type Finding, failed, ok, warning } from './finding.ts';
import { type IdentityPorts, identityChecks } from './identity.ts';
import { queueChecks } from './queues.ts';
import { type Sources, sourceCheck } from './sources.ts';
import { storageChecks } from './storage.ts';

export type DiagnosisPorts = IdentityPorts & {
  readonly tables: Tables;
  readonly blobs: Blobs;
  readonly queues: Queues;
  readonly azure: ResourceManager;
  readonly clock: Clock;
  readonly tableDeclarations: readonly TableDeclaration[];
  readonly containers: readonly ContainerDeclaration[];
  readonly queueDeclarations: readonly QueueDeclaration[];
  readonly onlySubscriptions: readonly string[] | undefined;
  readonly storeOf: (tenantId: string) => InventoryStore;
  readonly storageEndpoint: string | undefined;
  readonly received: Received;
  readonly sources: Sources;
  readonly version: string;
};

const HOUR_MS = 3_600_000;
const NODE = [22, 18] as const;

/** What is wrong with the deployment, seen from within: with the identity and the settings of the app. */
export class Diagnosis {
  readonly #ports: DiagnosisPorts;
  readonly #checks: readonly Check[];

  constructor(ports: DiagnosisPorts) {
    this.#ports = ports;
    this.#checks = [
      ...storageChecks(ports),
      ...queueChecks({ ...ports, declarations: ports.queueDeclarations }),
      ...identityChecks(ports),
      ...azureChecks(ports),
      clockCheck(ports.clock, {
        storage: ports.storageEndpoint,
        'Resource Manager': ports.resourceManagerEndpoint,
      }),
      exportCheck(ports.received),
      sourceCheck(ports.sources),
      { name: 'sync', run: () => this.#syncs() },
      { name: 'version', run: async () => versions(ports.version) },
    ];
  }

  /** Does every check, side by side; a harmless call each. Never throws for what it finds. */
  async run(): Promise<Finding[]> {
    return (await Promise.all(this.#checks.map((check) => check.run()))).flat();
  }

  async #syncs(): Promise<Finding[]> {
    const { tables, storeOf, clock } = this.#ports;
    try {
      const tenants = await listTenants(tables);
      const segments = await Promise.all(tenants.map((tenantId) => storeOf(tenantId).segments.list()));
      return segments.flat().flatMap(({ segment, lastSynced }) => {
        if (lastSynced === undefined) return [];
        const age = clock.now().getTime() - Date.parse(lastSynced);
        if (age < HOUR_MS) return [ok('sync', segment, `read whole at ${lastSynced}`)];
        const detail = `last read whole at ${lastSynced}`;
        return [
          warning('sync', segment, { detail, mend: 'POST /api/v1/sync; docs/operations/alerts.md#no-sync' }),
        ];
      });
    } catch (error) {
      const detail = `cannot be told: ${answerOf(error).words}`;
      return [failed('sync', 'subscriptions', { detail, mend: 'mend the tables first' })];
    }
  }
}

function versions(version: string): Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isOld = major < NODE[0] || (major === NODE[0] && minor < NODE[1]);
  const node = isOld
    ? failed('version', 'Node.js', {
        detail: `${process.versions.node} is older than ${NODE.join('.')}`,
        mend: 'azd provision (parameter nodeVersion)',
      })
    : ok('version', 'Node.js', process.versions.node);
  return [ok('version', 'PolicyCortex', version), node];
}
