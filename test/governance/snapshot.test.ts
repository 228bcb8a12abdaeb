import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AssignmentRecord,
  type DefinitionRecord,
  Governance,
  type InitiativeRecord,
  rootScope,
  shortId,
} from '#features/governance/index.ts';
import { starterDefinitions } from '#features/starter-pack/index.ts';
import { manualClock, startEmulators } from '../support/emulators.ts';

const SUBSCRIPTION = '22222222-2222-4222-8222-222222222222';
const BY = {
  createdAt: '2026-01-01T00:00:00Z',
  createdBy: 'test',
  updatedAt: '2026-01-01T00:00:00Z',
  updatedBy: 'test',
};
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let tenants = 0;
const estate = {
  subscriptions: async () => [],
  knowsSubscription: async () => true,
  knowsResource: async () => true,
};

beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(() => emulators.stop());

function newTenant(): string {
  tenants += 1;
  return `11111111-1111-4111-8111-${String(tenants).padStart(12, '0')}`;
}

function governance(tenantId: string, isStarterPackAssigned = false) {
  const clock = manualClock();
  return {
    clock,
    governance: new Governance(tenantId, { ...emulators, clock, estate, isStarterPackAssigned }),
  };
}

function definition(name: string, text = 'text'): DefinitionRecord {
  const definitionId = `/providers/PolicyCortex/policyDefinitions/${name}`;
  return {
    ...BY,
    id: shortId('definition', definitionId),
    definitionId,
    origin: 'custom',
    document: { name, properties: { description: text } },
    severity: 'low',
    frameworks: {},
    enabled: true,
    version: '1.0.0',
  };
}

function initiative(name: string, members: readonly string[]): InitiativeRecord {
  const initiativeId = `/providers/PolicyCortex/policySetDefinitions/${name}`;
  const policyDefinitions = members.map((member) => ({
    policyDefinitionId: `/providers/policycortex/policydefinitions/${member}`,
  }));
  const document = { name, properties: { policyDefinitions } };
  return {
    ...BY,
    id: shortId('initiative', initiativeId),
    initiativeId,
    origin: 'custom',
    document,
    version: '1',
  };
}

function assignment(name: string, policyDefinitionId: string): AssignmentRecord {
  const assignmentId = `/subscriptions/${SUBSCRIPTION}/providers/PolicyCortex/policyAssignments/${name}`;
  return {
    ...BY,
    id: shortId('assignment', assignmentId),
    assignmentId,
    origin: 'custom',
    scope: `/subscriptions/${SUBSCRIPTION}`,
    notScopes: [],
    policyDefinitionId,
    parameters: {},
    enforcementMode: 'Default',
    overrides: [],
    resourceSelectors: [],
    nonComplianceMessages: [],
    displayName: name,
  };
}

describe('the snapshot', () => {
  it('holds what assignments reach, directly and through initiatives, and nothing else', async () => {
    const { governance: writer } = governance(newTenant());
    const direct = definition('direct');
    await writer.write([
      { kind: 'definition', change: 'created', record: direct },
      { kind: 'definition', change: 'created', record: definition('member', 'x'.repeat(100_000)) },
      { kind: 'definition', change: 'created', record: definition('unassigned') },
      {
        kind: 'initiative',
        change: 'created',
        record: initiative('set', ['member', 'storage-secure-transfer']),
      },
      { kind: 'assignment', change: 'created', record: assignment('a', direct.definitionId.toUpperCase()) },
      {
        kind: 'assignment',
        change: 'created',
        record: assignment('b', '/providers/PolicyCortex/policySetDefinitions/set'),
      },
    ]);

    const snapshot = await writer.snapshot();

    expect([...snapshot.definitions.keys()].sort()).toEqual([
      '/providers/policycortex/policydefinitions/direct',
      '/providers/policycortex/policydefinitions/member',
      '/providers/policycortex/policydefinitions/storage-secure-transfer',
    ]);
    expect(snapshot.initiatives.size).toBe(1);
    expect(snapshot.assignments.map(({ displayName }) => displayName).sort()).toEqual(['a', 'b']);
    expect(snapshot.definitions.get(direct.definitionId.toLowerCase())).toEqual(direct);
  });

  it('assigns the starter pack to the whole tenant where the setting says so', async () => {
    const tenantId = newTenant();

    const off = await governance(tenantId).governance.snapshot();
    const on = await governance(tenantId, true).governance.snapshot();

    expect(off.assignments).toEqual([]);
    expect(on.assignments.map(({ scope, origin }) => ({ scope, origin }))).toEqual([
      { scope: rootScope(tenantId), origin: 'starter' },
    ]);
    expect(on.definitions.size).toBe(starterDefinitions.length);
    expect(on.revision).not.toBe(off.revision);
  });

  it('follows writes of another instance within a second, and keeps the identity of what has not changed', async () => {
    const tenantId = newTenant();
    const { governance: reader, clock } = governance(tenantId);
    const { governance: writer } = governance(tenantId);
    await writer.write([
      { kind: 'definition', change: 'created', record: definition('one') },
      { kind: 'definition', change: 'created', record: definition('two') },
      { kind: 'assignment', change: 'created', record: assignment('one', definition('one').definitionId) },
      { kind: 'assignment', change: 'created', record: assignment('two', definition('two').definitionId) },
    ]);
    const before = await reader.snapshot();

    const revision = await writer.write([
      { kind: 'definition', change: 'updated', record: definition('two', 'new') },
      { kind: 'assignment', change: 'deleted', record: assignment('one', '') },
    ]);
    const trusted = await reader.snapshot();
    const asked = await reader.snapshot({ atLeast: revision });
    clock.advance(1000);
    const later = await reader.snapshot();

    const key = '/providers/policycortex/policydefinitions/two';
    expect(trusted).toBe(before);
    expect(asked).toBe(later);
    expect(asked.revision).toBe(revision);
    expect(asked.revision > before.revision).toBe(true);
    expect(asked.definitions.get(key)?.document.properties.description).toBe('new');
    expect(asked.assignments).toHaveLength(1);
    expect(asked.assignments[0]).toBe(before.assignments.find(({ displayName }) => displayName === 'two'));
  });

  it('reads everything anew when more has changed than the revision tells', async () => {
    const tenantId = newTenant();
    const { governance: reader, clock } = governance(tenantId);
    const { governance: writer } = governance(tenantId);
    const names = Array.from({ length: 130 }, (_, index) => `n${index}`);
    await writer.write([{ kind: 'assignment', change: 'created', record: assignment('first', '') }]);
    await reader.snapshot();

    for (let at = 0; at < names.length; at += 65) {
      await writer.write(
        names
          .slice(at, at + 65)
          .map((name) => ({ kind: 'assignment', change: 'created', record: assignment(name, '') })),
      );
    }
    clock.advance(1000);

    expect((await reader.snapshot()).assignments).toHaveLength(131);
  });

  it('publishes an event for each write, with the revision that has it', async () => {
    const tenantId = newTenant();
    const { governance: writer } = governance(tenantId);
    const record = assignment('evented', definition('one').definitionId);

    const revision = await writer.write([{ kind: 'assignment', change: 'created', record }]);

    const [event, ...more] = await emulators.eventsOf(tenantId);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      type: 'PolicyAssignmentChanged',
      tenantid: tenantId,
      subject: record.assignmentId,
      data: { change: 'created', id: record.id, arm_id: record.assignmentId, scope: record.scope, revision },
    });
  });

  it('keeps every one of many writes at once', async () => {
    const tenantId = newTenant();
    const writers = Array.from({ length: 5 }, () => governance(tenantId).governance);

    await Promise.all(
      writers.map((writer, index) =>
        writer.write([{ kind: 'assignment', change: 'created', record: assignment(`w${index}`, '') }]),
      ),
    );

    expect((await governance(tenantId).governance.snapshot()).assignments).toHaveLength(5);
  });
});
