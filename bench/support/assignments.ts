import { Governance } from '#features/governance/index.ts';
import { starterDefinitionId, starterDefinitions } from '#features/starter-pack/index.ts';
import { Blobs } from '#platform/blobs.ts';
import { systemClock } from '#platform/clock.ts';
import { Queues } from '#platform/queues.ts';
import { Tables } from '#platform/tables.ts';

const BY = {
  createdAt: '2026-01-01T00:00:00.000Z',
  createdBy: 'bench',
  updatedAt: '2026-01-01T00:00:00.000Z',
  updatedBy: 'bench',
};
const AT_A_TIME = 50;

/** Assigns the definitions of the starter pack to the whole tenant, each several times, `count` assignments in all. */
export async function assignStarterPack(
  environment: Readonly<Record<string, string>>,
  count: number,
): Promise<void> {
  const { TENANT_ID: tenantId = '', STORAGE_CONNECTION_STRING: connectionString, ServiceBus } = environment;
  const queues = new Queues({ connectionString: ServiceBus });
  const governance = new Governance(tenantId, {
    tables: new Tables({ connectionString }),
    blobs: new Blobs({ connectionString }),
    queues,
    clock: systemClock,
    estate: {
      subscriptions: async () => [],
      knowsSubscription: async () => true,
      knowsResource: async () => true,
    },
    isStarterPackAssigned: false,
  });
  const scope = `/providers/microsoft.management/managementgroups/${tenantId}`;
  const names = Array.from(
    { length: count },
    (_, n) => starterDefinitions[n % starterDefinitions.length]?.name ?? '',
  );
  const changes = names.map((name, n) => ({
    kind: 'assignment' as const,
    change: 'created' as const,
    record: {
      ...BY,
      id: `asg_${n}`,
      assignmentId: `${scope}/providers/Microsoft.Authorization/policyAssignments/bench-${n}`,
      origin: 'custom' as const,
      scope,
      notScopes: [],
      policyDefinitionId: starterDefinitionId(name),
      parameters: {},
      enforcementMode: 'Default' as const,
      overrides: [],
      resourceSelectors: [],
      nonComplianceMessages: [],
      displayName: `bench ${n}`,
    },
  }));
  for (let at = 0; at < changes.length; at += AT_A_TIME)
    await governance.write(changes.slice(at, at + AT_A_TIME));
  await queues.close();
}
