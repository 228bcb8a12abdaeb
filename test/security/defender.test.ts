import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectorMessage, connectorsQueue } from '#features/connectors/index.ts';
import { callApi } from '../support/api.ts';
import { drain } from '../support/drain.ts';
import { startWorld, type World } from './world.ts';

type Recommendation = {
  id: string;
  name: string;
  severity: string;
  resource_id: string;
  subscription_id: string;
  assessment_id: string | null;
  estimated_effort: string;
  compliance_frameworks: Record<string, string[]>;
  remediation_steps: string[];
  created_at: string | null;
};
type Assessment = { id: string; short_id: string; status: string; score: number | null; resource_id: string };
type Page<T> = {
  data: T[];
  nextCursor: string | null;
  gaps: { scope: string; kind: string; role: string | null; subscription_id: string }[];
};
type Truth = { id: string; type: string; properties: Record<string, unknown> };

const SECURE_TRANSFER = 'Secure transfer to storage accounts should be enabled';
const REGISTERED = '58772b08-4abc-4e80-888f-f2d0d9a1c986';
let world: World;
let truth: Truth[];

beforeAll(async () => {
  world = await startWorld();
  await world.read('defender');
  const text = await (await fetch(`${world.simulator.url}/simulator/truth`)).text();
  truth = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Truth);
}, 60_000);
afterAll(() => world.stop());

async function list<T>(path: string): Promise<Page<T>> {
  const { status, json, text } = await world.call(`GET /api/v1/security/${path}`);
  if (status !== 200) throw new Error(text);
  return json as unknown as Page<T>;
}

async function patch(id: string, properties: Record<string, unknown>): Promise<void> {
  const response = await fetch(`${world.simulator.url}${id}?api-version=2023-01-01`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ properties }),
  });
  if (!response.ok) throw new Error(await response.text());
}

async function counts(): Promise<Record<string, number>> {
  const { json } = await world.call('GET /api/v1/connectors');
  const [source] = json.data as { subscriptions: { counts: Record<string, number> }[] }[];
  const sums: Record<string, number> = {};
  for (const { counts: own } of source?.subscriptions ?? [])
    for (const [name, value] of Object.entries(own)) sums[name] = (sums[name] ?? 0) + value;
  return sums;
}

describe('recommendations', () => {
  it('are those that the estate deserves, with steps, effort and frameworks', async () => {
    const { data, nextCursor, gaps } = await list<Recommendation>('recommendations?limit=1000');

    const found = data
      .filter(({ name }) => name === SECURE_TRANSFER)
      .map(({ resource_id }) => resource_id.toLowerCase());
    const deserved = truth
      .filter(
        ({ type, properties }) =>
          type === 'microsoft.storage/storageaccounts' && properties.supportsHttpsTrafficOnly === false,
      )
      .map(({ id }) => id.toLowerCase());
    expect(deserved.length).toBeGreaterThan(0);
    expect(found.sort()).toEqual(deserved.sort());
    expect(data.find(({ name }) => name === SECURE_TRANSFER)).toMatchObject({
      severity: 'high',
      estimated_effort: 'moderate',
      remediation_steps: [
        'Open the storage account',
        'Select Configuration',
        'Set Secure transfer required to Enabled',
      ],
      compliance_frameworks: { 'Microsoft-cloud-security-benchmark': ['DP-3'], 'Azure-CIS-1.4.0': ['3.1'] },
      created_at: expect.stringMatching(/Z$/),
    });
    expect([nextCursor, gaps]).toEqual([null, []]);
  });

  it('come page by page over all subscriptions, gravest first, none twice', async () => {
    const whole = (await list<Recommendation>('recommendations?limit=1000')).data;
    const paged: Recommendation[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Page<Recommendation> = await list(
        `recommendations?limit=7${cursor && `&cursor=${cursor}`}`,
      );
      paged.push(...page.data);
      cursor = page.nextCursor;
    }

    expect(paged).toEqual(whole);
    expect(new Set(paged.map(({ id }) => id)).size).toBe(whole.length);
    const ranks = paged.map(({ severity }) => ['high', 'medium', 'low'].indexOf(severity));
    expect(ranks).toEqual(ranks.toSorted());
  });

  it('are filtered by severity, framework, resource and subscription', async () => {
    const { data } = await list<Recommendation>('recommendations?limit=1000');
    const [first] = data;
    const subscription = world.simulator.subscriptionIds[1];

    const low = await list<Recommendation>('recommendations?severity=Low&limit=1000');
    const cis = await list<Recommendation>('recommendations?framework=azure-cis-1.4.0&limit=1000');
    const one = await list<Recommendation>(
      `recommendations?resourceId=${encodeURIComponent(first?.resource_id ?? '')}`,
    );
    const own = await list<Recommendation>(`recommendations?subscriptionId=${subscription}&limit=1000`);

    expect(low.data).toEqual(data.filter(({ severity }) => severity === 'low'));
    expect(cis.data).toEqual(data.filter((item) => item.compliance_frameworks['Azure-CIS-1.4.0']));
    expect(one.data).toEqual(data.filter(({ resource_id }) => resource_id === first?.resource_id));
    expect(own.data).toEqual(data.filter(({ subscription_id }) => subscription_id === subscription));
    expect([low, cis, one, own].every((page) => page.data.length > 0)).toBe(true);
  });

  it('refuse what they do not understand, field by field', async () => {
    for (const [query, field] of [
      ['severity=awful', 'severity.0'],
      ['cursor=nonsense', 'cursor'],
      ['sverity=high', 'sverity'],
    ]) {
      const { status, json } = await world.call(`GET /api/v1/security/recommendations?${query}`);
      expect([status, (json.errors as { field: string }[])[0]?.field]).toEqual([400, field]);
    }
  });
});

describe('an assessment', () => {
  it('answers by ARM id, encoded or not, and by short id, with its findings and score', async () => {
    const { data } = await list<Assessment>('assessments?status=unhealthy&limit=1000');
    const { id, short_id, resource_id, score } = data[0] ?? {
      id: '',
      short_id: '',
      resource_id: '',
      score: null,
    };

    const answers = await Promise.all(
      [id, encodeURIComponent(id), short_id].map((one) =>
        world.call(`GET /api/v1/security/assessments/${one.replace(/^\//, '')}`),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const { json } of answers) {
      expect(json).toMatchObject({ id, resource_id, status: 'Unhealthy', score });
      expect((json.findings as unknown[]).length).toBeGreaterThan(0);
    }
  });

  it('scores what the simulator’s own regulatory compliance counts', async () => {
    const { data } = await list<{
      subscription_id: string;
      controls: { assessments: { name: string; passed: number; failed: number }[] }[];
    }>('regulatory-compliance');
    const assessments = (await list<Assessment & { subscription_id: string }>('assessments?limit=1000')).data;
    const counted = data.flatMap(({ subscription_id, controls }) =>
      controls.flatMap(({ assessments: own }) => own.map((one) => ({ ...one, subscription_id }))),
    );

    for (const { name, passed, failed, subscription_id } of counted.filter(
      (one) => one.passed + one.failed > 0,
    )) {
      const ours = assessments.find(
        (one) => one.id.endsWith(name) && one.subscription_id === subscription_id,
      );
      expect(ours?.score, name).toBe(Math.round((passed / (passed + failed)) * 1000) / 10);
    }
    expect(counted.length).toBeGreaterThan(10);
  });

  it('that does not exist, or is another subscription’s, is not found', async () => {
    const { data } = await list<Assessment & { subscription_id: string }>('assessments?limit=1000');
    const hidden = data.find(({ subscription_id }) => subscription_id !== REGISTERED);
    const { tenantId, services } = world;
    const scopes = { access: 'read' as const, subscriptions: [REGISTERED], features: null };
    const key = await services.identity.createKey({ tenantId, name: 'narrow', role: 'viewer', scopes });
    const narrow = (path: string) => callApi(services, `GET /api/v1/security/${path}`, { key });
    const seen = (await narrow('recommendations?limit=1000')).json.data as Recommendation[];

    expect((await world.call('GET /api/v1/security/assessments/asm_1')).status).toBe(404);
    expect((await narrow(`assessments/${hidden?.short_id}`)).status).toBe(404);
    expect(new Set(seen.map(({ subscription_id }) => subscription_id))).toEqual(new Set([REGISTERED]));
  });
});

describe('a sync', () => {
  it('writes nothing where nothing changed, and only what changed where something did', async () => {
    await world.read('defender');
    const idle = await counts();
    const { data } = await list<Recommendation>('recommendations?limit=1000');
    const open = data.find(({ name }) => name === SECURE_TRANSFER);
    await patch(open?.resource_id ?? '', { supportsHttpsTrafficOnly: true });
    await world.read('defender');
    const busy = await counts();
    const after = await list<Recommendation>('recommendations?limit=1000');

    expect([idle.assessments_written, idle.recommendations_written, idle.regulatory_written]).toEqual([
      0, 0, 0,
    ]);
    expect(idle.assessments).toBeGreaterThan(100);
    expect(busy.recommendations_deleted).toBe(1);
    // the change gives all the account's assessments a new time
    expect(busy.assessments_written).toBe(4);
    expect(after.data.some(({ id }) => id === open?.id)).toBe(false);
    expect(after.data.length).toBe(data.length - 1);
  });
});

describe('secure score and regulatory compliance', () => {
  it('are the simulator’s, with a history by day and one score over all', async () => {
    const { json } = await world.call('GET /api/v1/security/secure-score?days=7');
    const data = json.data as {
      percentage: number;
      weight: number;
      current: number;
      max: number;
      controls: { current: number; max: number }[];
      history: { date: string; percentage: number }[];
    }[];

    expect(data).toHaveLength(3);
    for (const { current, max, controls, history, percentage } of data) {
      expect(controls.reduce((sum, control) => sum + control.current, 0)).toBeCloseTo(current, 1);
      expect(controls.reduce((sum, control) => sum + control.max, 0)).toBe(max);
      expect(history).toEqual([{ date: new Date().toISOString().slice(0, 10), current, max, percentage }]);
    }
    const weights = data.reduce((sum, { weight }) => sum + weight, 0);
    const expected = data.reduce((sum, { percentage, weight }) => sum + (percentage * weight) / weights, 0);
    expect((json.overall as { percentage: number }).percentage).toBeCloseTo(expected, 1);
  });

  it('narrow to one standard', async () => {
    const { data } = await list<{ standard: string; state: string; unsupported: number }>(
      'regulatory-compliance?framework=MICROSOFT-cloud-security-benchmark',
    );

    expect(data.map(({ standard }) => standard)).toEqual(Array(3).fill('Microsoft-cloud-security-benchmark'));
    expect(data.every(({ unsupported }) => unsupported === 1)).toBe(true);
  });
});

describe('what Azure does not give', () => {
  it('is a gap with the role that would grant it; the rest goes on, and /health says so', async () => {
    const before = await list<Recommendation>('recommendations?limit=1000');
    world.simulator.setFaults({ refusedPaths: ['/secureScores', '/alerts'] });
    await world.read('defender');
    const refused = await list<Recommendation>('recommendations?limit=1000');
    const health = await world.call('GET /health');
    world.simulator.setFaults({});

    expect(refused.data).toEqual(before.data);
    expect(new Set(refused.gaps.map(({ scope, kind, role }) => `${scope} ${kind} ${role}`))).toEqual(
      new Set(['secureScores refused Security Reader', 'alerts refused Security Reader']),
    );
    expect(health.json).toMatchObject({
      status: 'degraded',
      checks: { 'source defender': { status: 'failing', reason: 'refused' } },
    });
  });

  it('deletes nothing: assessments that cannot be read stay as they were', async () => {
    const before = await list<Assessment>('assessments?limit=1000');
    world.simulator.setFaults({
      refusedPaths: ['/assessments', '/regulatoryComplianceControls', '/assessmentMetadata', '/tasks'],
    });
    await world.read('defender');
    world.simulator.setFaults({});
    const after = await list<Assessment>('assessments?limit=1000');

    expect(after.data).toEqual(before.data);
    expect(after.gaps.length).toBeGreaterThan(0);
  });

  it('of a subscription where Defender is off leaves the others whole', async () => {
    world.simulator.setFaults({
      unregistered: [{ subscriptionId: REGISTERED, namespace: 'Microsoft.Security' }],
    });
    await world.read('defender');
    const page = await list<Recommendation>('recommendations?limit=1');
    world.simulator.setFaults({});
    await world.read('defender');
    const mended = await list<Recommendation>('recommendations?limit=1');

    expect(new Set(page.gaps.map(({ kind, subscription_id }) => `${kind} ${subscription_id}`))).toEqual(
      new Set([`off ${REGISTERED}`]),
    );
    expect(mended.gaps).toEqual([]);
  });

  it('when throttled is waited for; when it lasts, the source is read again soon', async () => {
    world.simulator.setFaults({ throttle: { every: 3, retryAfterSeconds: 0 } });
    await world.read('defender');
    const patient = await list<Recommendation>('recommendations?limit=1');
    world.simulator.setFaults({ throttle: { rate: 1, retryAfterSeconds: 0 } });
    await world.services.connectors.run({
      tenantId: world.tenantId,
      subscriptionId: REGISTERED,
      connector: 'defender',
      attempt: 1,
    });
    const throttled = await list<Recommendation>(`recommendations?limit=1&subscriptionId=${REGISTERED}`);
    world.simulator.setFaults({});
    await drain(world.bus, connectorsQueue, (body) =>
      world.services.connectors.run(ConnectorMessage.parse(body)),
    );

    expect(patient.gaps).toEqual([]);
    expect(throttled.gaps.every(({ kind }) => kind === 'throttled')).toBe(true);
    expect(throttled.gaps.length).toBeGreaterThan(0);
  }, 60_000);
});

describe('sources', () => {
  it('are due by their interval, and known by name', async () => {
    // every other source in three subscriptions: Defender was read a moment ago
    const { data } = await world.services.connectors.list(world.tenantId);
    expect(await world.services.connectors.startDue()).toBe(3 * (data.length - 1));
    expect(await world.services.connectors.startDue()).toBe(0);
    expect((await world.call('POST /api/v1/connectors/nothing/sync')).json).toMatchObject({
      status: 404,
      next: expect.stringContaining('the sources are defender, policy_insights'),
    });
    expect((await world.call('POST /api/v1/connectors/defender/sync')).json).toEqual({
      source: 'defender',
      subscriptions: expect.any(Array),
    });
  });
});

describe('unified metrics', () => {
  it('count the open recommendations, by severity', async () => {
    await world.services.metrics.roll(world.tenantId);

    const { json } = await world.call('GET /api/v1/metrics/unified?aggregation=subscription');
    const listed = await world.call('GET /api/v1/security/recommendations?limit=1000');

    const open = listed.json.data as { severity: string }[];
    const { security } = json.total as { security: Record<string, number> };
    expect(open.length).toBeGreaterThan(0);
    expect(security).toEqual({
      recommendations: open.length,
      ...Object.fromEntries(
        [...Map.groupBy(open, ({ severity }) => severity)].map(([name, { length }]) => [name, length]),
      ),
    });
  });
});
