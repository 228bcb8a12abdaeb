import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EvaluationMessage, evaluationsQueue } from '#features/compliance/index.ts';
import { connectorsQueue } from '#features/connectors/index.ts';
import { eventsQueue } from '#features/events/index.ts';
import { createPolicyInsights } from '#features/policyInsights/index.ts';
import { acceptEvents } from '../../src/functions/eventGrid.ts';
import { drain } from '../support/drain.ts';
import { startWorld, type World } from './world.ts';

type Condition = { field: string; operator: string; expected: unknown; actual: unknown; result: boolean };
type Side = { state: string | null; reason: string; conditions: Condition[] | null };
type Agreement = {
  verdict: string;
  resource_id: string;
  subscription_id: string;
  assignment_id: string;
  policy_definition_id: string;
  reference_id: string;
  azure: Side;
  ours: Side;
  explained_at: string | null;
};
type Page = {
  data: Agreement[];
  counts: Record<string, number>;
  nextCursor: string | null;
  gaps: { scope: string; kind: string; role: string | null }[];
};

let world: World;
beforeAll(async () => {
  world = await startWorld({ environment: { STARTER_PACK_ASSIGNED: 'true' } });
  await world.read('policy_insights');
}, 60_000);
afterAll(() => world.stop());

async function agreement(query = ''): Promise<Page> {
  const { status, json, text } = await world.call(`GET /api/v1/compliance/agreement${query}`);
  if (status !== 200) throw new Error(text);
  return json as unknown as Page;
}

/** Reads the source once with judgements of ours that follow from Azure’s. */
async function readWith(judge: (item: Agreement, index: number) => string | undefined): Promise<void> {
  const { services, simulator, tenantId } = world;
  const { data } = await agreement('?limit=1000');
  const { connector } = createPolicyInsights({
    endpoint: simulator.url,
    credential: { getToken: async () => ({ token: 'none', expiresOnTimestamp: 0 }) },
    tables: services.tables,
    inventoryStoreOf: services.storeOf,
    connectors: () => services.connectors,
    explainOurs: async () => [],
    ourStates: async function* (_, subscriptionId) {
      const own = data.filter(({ subscription_id }) => subscription_id === subscriptionId);
      yield own.flatMap((item, index) => {
        const state = judge(item, index);
        const {
          resource_id: resourceId,
          assignment_id: assignmentId,
          policy_definition_id: definitionId,
          reference_id: referenceId,
        } = item;
        return state
          ? [{ resourceId: resourceId.toUpperCase(), assignmentId, definitionId, referenceId, state }]
          : [];
      });
      yield [
        {
          resourceId: `/subscriptions/${subscriptionId}/resourceGroups/ours`,
          assignmentId: '/ours',
          definitionId: '/d',
          referenceId: null,
          state: 'nonCompliant',
        },
      ];
    },
  });
  for (const subscriptionId of simulator.subscriptionIds) {
    const counts: Record<string, number> = {};
    await connector.sync({
      tenantId,
      subscriptionId,
      clock: services.clock,
      cursors: {},
      counts,
      part: async (_, work) => work(),
      malformed: () => undefined,
    });
  }
}

describe('the agreement', () => {
  it('has Azure’s verdicts alone where nothing of ours is assigned, as the estate deserves them', async () => {
    const { data, counts, gaps } = await agreement('?limit=1000');

    expect(data.length).toBeGreaterThan(100);
    expect(counts).toEqual({ theirs_only: data.length, disagree: 0, agree: 0, ours_only: 0 });
    expect(data.every(({ ours }) => ours.state === null && ours.reason !== '')).toBe(true);
    expect(new Set(data.map(({ azure }) => azure.state))).toEqual(new Set(['Compliant', 'NonCompliant']));
    expect(gaps).toEqual([]);
  });

  it('sets ours beside them: agree, disagree with both reasons, ours only, theirs only; disagreements first', async () => {
    const flip: Record<string, string> = { Compliant: 'nonCompliant', NonCompliant: 'compliant' };
    const same: Record<string, string> = { Compliant: 'compliant', NonCompliant: 'nonCompliant' };
    await readWith(({ azure }, index) => {
      if (index % 10 === 0) return undefined;
      return (index % 10 === 1 ? flip : same)[azure.state ?? ''];
    });
    const { data } = await agreement('?limit=1000');
    const disagree = await agreement('?limit=1000&verdict=disagree');
    const [first] = disagree.data;
    const one = await agreement(
      `?resourceId=${encodeURIComponent(first?.resource_id ?? '')}&verdict=disagree`,
    );

    const verdicts = data.map(({ verdict }) => verdict);
    expect([...new Set(verdicts)]).toEqual(['disagree', 'theirs_only', 'ours_only', 'agree']);
    expect(verdicts.filter((verdict) => verdict === 'ours_only')).toHaveLength(3);
    expect(disagree.data).toEqual(data.filter(({ verdict }) => verdict === 'disagree'));
    expect(first?.azure.reason).toContain(first?.azure.state);
    expect(first?.ours.reason).toContain(first?.ours.state);
    expect(one.data.map(({ resource_id }) => resource_id)).toContain(first?.resource_id);
  });

  it('follows our own evaluation: what the starter pack finds is ours alone', async () => {
    const { services, bus } = world;
    await drain(bus, eventsQueue, (body) =>
      services.compliance.forward(body as Parameters<typeof services.compliance.forward>[0]),
    );
    await drain(bus, evaluationsQueue, (body) => services.compliance.work(EvaluationMessage.parse(body)));
    await world.read('policy_insights');

    const { counts } = await agreement('?limit=1');
    expect(counts).toMatchObject({
      disagree: 0,
      agree: 0,
      ours_only: expect.any(Number),
      theirs_only: expect.any(Number),
    });
    expect(counts.ours_only).toBeGreaterThan(100);
    expect(counts.theirs_only).toBeGreaterThan(100);
  }, 60_000);

  it('says of a disagreement which conditions each side looked at, what was expected and what was there', async () => {
    const { services, bus, tenantId } = world;
    const { id: jobId } = await services.policySync.start(tenantId);
    await services.policySync.run({ tenantId, jobId });
    await drain(bus, eventsQueue, (body) =>
      services.compliance.forward(body as Parameters<typeof services.compliance.forward>[0]),
    );
    await drain(bus, evaluationsQueue, (body) => services.compliance.work(EvaluationMessage.parse(body)));
    await world.read('policy_insights');
    const agreed = await agreement('?limit=1');
    const { data } = await agreement('?limit=1000&verdict=agree');
    const found = data.find(
      ({ reference_id, ours }) => reference_id === 'member0' && ours.state === 'compliant',
    );
    // Azure follows a change at once, our evaluation has not been asked to yet
    await fetch(`${world.simulator.url}${found?.resource_id}?api-version=2023-01-01`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ properties: { supportsHttpsTrafficOnly: false } }),
    });
    await world.read('policy_insights');
    const after = await agreement('?limit=1000&verdict=disagree');
    const one = after.data.find(
      ({ resource_id, reference_id }) => resource_id === found?.resource_id && reference_id === 'member0',
    );

    expect(agreed.counts.agree).toBeGreaterThan(100);
    expect(after.counts.disagree).toBe((agreed.counts.disagree ?? 0) + 1);
    const field = 'Microsoft.Storage/storageAccounts/supportsHttpsTrafficOnly';
    expect(one?.azure).toMatchObject({
      state: 'NonCompliant',
      reason: expect.stringContaining(field),
      conditions: expect.arrayContaining([
        expect.objectContaining({
          field,
          path: 'properties.supportsHttpsTrafficOnly',
          operator: 'NotEquals',
          expected: true,
          actual: false,
          result: true,
        }),
      ]),
    });
    expect(one?.ours).toMatchObject({
      state: 'compliant',
      conditions: expect.arrayContaining([
        expect.objectContaining({
          field,
          operator: 'notEquals',
          expected: true,
          actual: true,
          result: false,
        }),
      ]),
    });
    expect(one?.explained_at).toMatch(/Z$/);
  }, 60_000);

  it('names the role where Azure refuses, and keeps what it has', async () => {
    const before = await agreement('?limit=1000');
    world.simulator.setFaults({ refusedPaths: ['policyStates'] });
    await world.read('policy_insights');
    const after = await agreement('?limit=1000');
    world.simulator.setFaults({});

    expect(after.data).toEqual(before.data);
    expect(after.gaps).toHaveLength(3);
    expect(after.gaps[0]).toMatchObject({ scope: 'policyStates', kind: 'refused', role: 'Reader' });
  });
});

describe('events of Policy Insights', () => {
  it('have their subscription read again soon, once for many; others go on to discovery', async () => {
    const [subscriptionId] = world.simulator.subscriptionIds;
    const event = (id: string, type: string, subscription = subscriptionId) => ({
      id,
      eventType: `Microsoft.PolicyInsights.PolicyState${type}`,
      subject: `/subscriptions/${subscription}/x`,
      eventTime: new Date().toISOString(),
      data: { subscriptionId: subscription, complianceState: 'NonCompliant' },
    });
    await acceptEvents(world.services, [
      event('1', 'Created'),
      event('2', 'Changed'),
      event('3', 'Deleted'),
      event('4', 'Changed', '99999999-9999-4999-8999-999999999999'),
      { id: '5', eventType: 'Microsoft.PolicyInsights.PolicyStateChanged', data: null },
    ]);
    const client = new ServiceBusClient(world.bus);
    const waiting = await client.createReceiver(connectorsQueue.name).peekMessages(10);
    await client.close();

    // two, where the minute turned in between
    expect([1, 2]).toContain(waiting.length);
    expect(waiting[0]?.body).toMatchObject({ connector: 'policy_insights', subscriptionId });
  });
});
