import { ServiceBusClient, type ServiceBusReceiver } from '@azure/service-bus';
import { Compliance, EvaluationMessage } from '#features/compliance/index.ts';
import type { CloudEvent } from '#features/events/index.ts';
import {
  type AssignmentRecord,
  type DefinitionRecord,
  type ExemptionRecord,
  Governance,
  type GovernanceChange,
} from '#features/governance/index.ts';
import {
  Catalogue,
  canonicalize,
  InventoryStore,
  Publisher,
  resourceKey,
  segmentOf,
  toResourceDocument,
} from '#features/inventory/index.ts';
import { JobStore } from '#features/jobs/index.ts';
import type { Child } from '#local/child.ts';
import { startServiceBus } from '#local/service-bus/index.ts';
import { startAzurite } from '#local/stack.ts';
import { Blobs } from '#platform/blobs.ts';
import type { Clock } from '#platform/clock.ts';
import { Queues } from '#platform/queues.ts';
import { Tables } from '#platform/tables.ts';
import { containers, queues, tables } from '../../src/declarations.ts';
import { tempDir } from './tempDir.ts';

export const SUBSCRIPTION = '22222222-2222-4222-8222-222222222222';
const WORKED = ['events', 'evaluations'];
const POLL_MS = 20;
const PROVENANCE = {
  createdAt: '2026-01-01T00:00:00.000Z',
  createdBy: 'test',
  updatedAt: '2026-01-01T00:00:00.000Z',
  updatedBy: 'test',
};

type Instance = { readonly tenantId: string; readonly compliance: Compliance; readonly publisher: Publisher };
export type ComplianceWorld = Awaited<ReturnType<typeof startComplianceWorld>>;

/** Real storage and a real broker, with one tenant's inventory, governance and compliance worked as the host would. */
export async function startComplianceWorld(
  clock: Clock,
  options: { isStarterPackAssigned?: boolean; lockDurationSeconds?: number } = {},
) {
  const [children, dir]: [Child[], string] = [[], tempDir()];
  const storage = await startAzurite({ file: (name) => `${dir}/${name.replace('/', '-')}` }, children);
  const { lockDurationSeconds } = options;
  const declared = lockDurationSeconds
    ? queues.map((queue) => ({ ...queue, lockDurationSeconds, maxDeliveryCount: 100 }))
    : queues;
  const broker = await startServiceBus({ port: 0, dataDir: undefined, queues: declared });
  const idle = () =>
    !broker.counts().some(({ name, active, scheduled }) => WORKED.includes(name) && active + scheduled > 0);
  const connectionString = storage.STORAGE_CONNECTION_STRING ?? '';
  const ports = {
    tables: new Tables({ connectionString }),
    blobs: new Blobs({ connectionString }),
    queues: new Queues({ connectionString: broker.connectionString }),
    clock,
  };
  await Promise.all([ports.tables.create(tables), ports.blobs.create(containers)]);
  const client = new ServiceBusClient(broker.connectionString);
  const seen: CloudEvent[] = [];

  return {
    ...ports,
    environment: { ...storage, ServiceBus: broker.connectionString },
    /** Every event that was worked on, in order, repeated ones too. */
    events: seen,
    /** The rooms of one tenant. Several of the same tenant are several instances of the app. */
    instance(tenantId: string) {
      const publisher = new Publisher(ports.queues);
      const inventory = new InventoryStore(tenantId, { ...ports, publisher });
      const catalogue = new Catalogue(inventory, { clock, freshnessMs: 250 });
      const governance = new Governance(tenantId, {
        ...ports,
        estate: {
          subscriptions: async () => [],
          knowsSubscription: async () => true,
          knowsResource: async () => true,
        },
        isStarterPackAssigned: options.isStarterPackAssigned ?? false,
      });
      const jobs = new JobStore(tenantId, ports);
      const compliance = new Compliance({
        ...ports,
        storeOf: () => inventory,
        catalogueOf: () => catalogue,
        governanceOf: () => governance,
        jobsOf: () => jobs,
      });
      return { tenantId, publisher, inventory, catalogue, governance, jobs, compliance };
    },
    /** Whether nothing waits on the queues, and nothing is being worked on. */
    idle,
    /**
     * Works on the queues of events and evaluations until both are empty, by the instances of each tenant in turns, and
     * every third message twice.
     */
    async settle(...instances: readonly Instance[]) {
      let turn = 0;
      async function run(tenantId: string, task: (compliance: Compliance) => Promise<void>) {
        const own = instances.filter((each) => each.tenantId === tenantId);
        turn += 1;
        const chosen = own[turn % own.length];
        if (chosen) await task(chosen.compliance);
        if (turn % 3 === 0 && chosen) await task(chosen.compliance);
      }
      for (const { publisher } of instances) await publisher.flush();
      do {
        await work(client.createReceiver('events'), async (body) => {
          const events = body as CloudEvent[];
          seen.push(...events);
          await run(events[0]?.tenantid ?? '', (compliance) => compliance.forward(events));
        });
        await work(client.createReceiver('evaluations'), async (body) => {
          const message = EvaluationMessage.parse(body);
          await run(message.tenantId, (compliance) => compliance.work(message));
        });
      } while (!idle());
    },
    async stop() {
      await client.close();
      await ports.queues.close();
      await broker.close();
      await Promise.all(children.map((child) => child.stop(200)));
    },
  };
}

async function work(receiver: ServiceBusReceiver, run: (body: unknown) => Promise<void>): Promise<number> {
  let count = 0;
  for (;;) {
    const messages = await receiver.receiveMessages(20, { maxWaitTimeInMs: POLL_MS });
    if (messages.length === 0) break;
    for (const message of messages) {
      await run(message.body);
      await receiver.completeMessage(message);
      count += 1;
    }
  }
  await receiver.close();
  return count;
}

/** Writes a resource as a sync would: its document, or null to delete it. */
export async function putResource(
  { inventory }: { readonly inventory: InventoryStore },
  id: string,
  body: Readonly<Record<string, unknown>> | null,
): Promise<void> {
  const [segment, cause] = [segmentOf(id), { by: 'sync' } as const];
  await inventory.segments.ensure(segment);
  const previous = await inventory.get(segment, resourceKey(id));
  if (body === null) {
    if (previous) await inventory.write(segment, [{ kind: 'delete', previous, cause }]);
    return;
  }
  const document = toResourceDocument({ id, ...body });
  if (!document) throw new TypeError(`${id} names no resource`);
  const next = canonicalize(document);
  if (previous?.hash === next.hash) return;
  await inventory.write(segment, [
    { kind: 'put', next, source: 'azure', annotations: {}, apiVersion: undefined, previous, cause },
  ]);
}

/** A definition as governance keeps it. */
export function definition(
  name: string,
  properties: Record<string, unknown>,
  of: Partial<DefinitionRecord> = {},
): DefinitionRecord {
  return {
    ...PROVENANCE,
    id: `pol_${resourceKey(`/providers/PolicyCortex/policyDefinitions/${name}`)}`,
    definitionId: `/providers/PolicyCortex/policyDefinitions/${name}`,
    origin: 'custom',
    document: {
      name,
      properties: {
        mode: 'All',
        displayName: name,
        ...properties,
      } as DefinitionRecord['document']['properties'],
    },
    severity: 'high',
    frameworks: { CIS: ['1.1'] },
    enabled: true,
    version: '1.0.0',
    ...of,
  };
}

/** An assignment of a definition to the test subscription. */
export function assignment(
  name: string,
  policyDefinitionId: string,
  of: Partial<AssignmentRecord> = {},
): AssignmentRecord {
  const scope = of.scope ?? `/subscriptions/${SUBSCRIPTION}`;
  const assignmentId = `${scope}/providers/Microsoft.Authorization/policyAssignments/${name}`;
  return {
    ...PROVENANCE,
    id: `asg_${resourceKey(assignmentId)}`,
    assignmentId,
    origin: 'custom',
    scope,
    notScopes: [],
    policyDefinitionId,
    parameters: {},
    enforcementMode: 'Default',
    overrides: [],
    resourceSelectors: [],
    nonComplianceMessages: [],
    displayName: name,
    ...of,
  };
}

/** A waiver of an assignment of the test, which ends. */
export function exemption(
  name: string,
  policyAssignmentId: string,
  of: { scope: string; expiresOn: string },
): ExemptionRecord {
  const exemptionId = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/policyExemptions/${name}`;
  return {
    ...PROVENANCE,
    id: `exm_${resourceKey(exemptionId)}`,
    exemptionId,
    origin: 'custom',
    policyAssignmentId,
    policyDefinitionReferenceIds: [],
    exemptionCategory: 'Waiver',
    displayName: name,
    description: '',
    ...of,
  };
}

export function change<K extends GovernanceChange['kind']>(
  kind: K,
  how: GovernanceChange['change'],
  record: Extract<GovernanceChange, { kind: K }>['record'],
): GovernanceChange {
  return { kind, change: how, record } as GovernanceChange;
}
