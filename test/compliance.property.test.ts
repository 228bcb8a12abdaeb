import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ComplianceEventData } from '#features/compliance/events.ts';
import { codeOf } from '#features/compliance/plan/pair.ts';
import { Counting } from '#features/compliance/rows/counts.ts';
import { ComplianceStore } from '#features/compliance/rows/store.ts';
import type { CloudEvent } from '#features/events/index.ts';
import { ruleWith } from '#features/policy/testKit.ts';
import { UNSCOPED } from '#http/principal.ts';
import {
  assignment,
  type ComplianceWorld,
  change,
  definition,
  exemption,
  putResource,
  SUBSCRIPTION,
  startComplianceWorld,
} from './support/complianceWorld.ts';
import { manualClock } from './support/emulators.ts';

const HOUR = 3_600_000;
const RUNS = 8;
const clock = manualClock();
let world: ComplianceWorld;

beforeAll(async () => {
  world = await startComplianceWorld(clock);
});
afterAll(() => world.stop());

const isType = (type: string) => ({ field: 'type', equals: type });
const STORAGE = 'Microsoft.Storage/storageAccounts';
const MACHINE = 'Microsoft.Compute/virtualMachines';
const EXTENSION = 'Microsoft.Compute/virtualMachines/extensions';
const missing = (type: string, details: object = {}) => ({
  effect: 'auditIfNotExists',
  details: { type, existenceCondition: { field: 'tags.on', equals: 'yes' }, ...details },
});

/** One definition for each way in which an outcome depends on something else. */
const definitions = [
  definition('own-tag', {
    policyRule: ruleWith(
      { allOf: [isType(STORAGE), { field: 'tags.on', notEquals: 'yes' }] },
      { effect: 'deny' },
    ),
  }),
  definition('below', { policyRule: ruleWith(isType(MACHINE), missing(EXTENSION)) }),
  definition('in-group', { policyRule: ruleWith(isType(MACHINE), missing(STORAGE)) }),
  definition('in-subscription', {
    policyRule: ruleWith(isType(MACHINE), missing(STORAGE, { existenceScope: 'subscription' })),
  }),
  definition('other-group', {
    policyRule: ruleWith(isType(MACHINE), missing(STORAGE, { resourceGroupName: 'rg1' })),
  }),
  definition('of-group', {
    policyRule: ruleWith(
      { allOf: [isType(STORAGE), { value: "[resourceGroup().tags['on']]", notEquals: 'yes' }] },
      { effect: 'audit' },
    ),
  }),
  definition('by-clock', {
    policyRule: ruleWith(
      { allOf: [isType(STORAGE), { value: '[utcNow()]', greater: '2026-01-01T03:00:00Z' }] },
      { effect: 'audit' },
    ),
  }),
  definition('broken', { policyRule: ruleWith({ field: 'no/such/alias', equals: 1 }, { effect: 'audit' }) }),
];

const groups = ['rg0', 'rg1'].map((name) => `/subscriptions/${SUBSCRIPTION}/resourceGroups/${name}`);
const ids = [
  ...groups,
  ...groups.flatMap((group) => [`${group}/providers/${STORAGE}/st0`, `${group}/providers/${STORAGE}/st1`]),
  ...groups.map((group) => `${group}/providers/${MACHINE}/vm`),
  ...groups.map((group) => `${group}/providers/${MACHINE}/vm/extensions/agent`),
];
const scopes = [`/subscriptions/${SUBSCRIPTION}`, ...groups.map((group) => group.toLowerCase())];
const index = (length: number) => fc.nat({ max: length - 1 });

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('put' as const), at: index(ids.length), on: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), at: index(ids.length) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('assign' as const),
      at: index(definitions.length),
      scope: index(scopes.length),
      isLessOne: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('unassign' as const), at: index(definitions.length) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('exempt' as const),
      at: index(definitions.length),
      scope: index(scopes.length),
      hours: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('enable' as const),
      at: index(definitions.length),
      on: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

type App = ReturnType<ComplianceWorld['instance']>;
type Run = { readonly apps: readonly [App, App]; readonly written: Set<string> };

async function act(one: Step, { apps, written }: Run): Promise<void> {
  const [app] = apps;
  const settle = () => settleAll(apps);
  /** Created the first time, updated after that. */
  const how = (name: string) => {
    const known = written.has(name);
    written.add(name);
    return known ? 'updated' : 'created';
  };
  switch (one.kind) {
    case 'put':
      return putResource(app, ids[one.at] ?? '', { tags: { on: one.on ? 'yes' : 'no' } });
    case 'delete':
      return putResource(app, ids[one.at] ?? '', null);
    case 'assign': {
      const of = definitions[one.at];
      if (!of) return;
      const name = `a${one.at}`;
      const made = assignment(name, of.definitionId, {
        scope: scopes[one.scope] ?? '',
        notScopes: one.isLessOne
          ? [`${groups[1]?.toLowerCase()}/providers/${STORAGE.toLowerCase()}/st1`]
          : [],
        assignmentId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/${name}`,
      });
      await app.governance.write([
        change('definition', how(of.id), of),
        change('assignment', how(name), made),
      ]);
      return;
    }
    case 'unassign': {
      const name = `a${one.at}`;
      if (!written.delete(name)) return;
      await app.governance.write([change('assignment', 'deleted', assignmentNamed(name))]);
      return;
    }
    case 'exempt': {
      const until = new Date(clock.now().getTime() + one.hours * HOUR).toISOString();
      const name = `e${one.at}`;
      const made = exemption(name, assignmentNamed(`a${one.at}`).assignmentId, {
        scope: scopes[one.scope] ?? '',
        expiresOn: until,
      });
      await app.governance.write([change('exemption', how(name), made)]);
      return;
    }
    case 'enable': {
      const of = definitions[one.at];
      if (of) await app.governance.write([change('definition', how(of.id), { ...of, enabled: one.on })]);
      return;
    }
    case 'wait':
      await settle();
      clock.advance(one.hours * HOUR);
      await app.compliance.reconcile(app.tenantId);
      return settle();
    case 'settle':
      return settle();
  }
}

/** Instances trust what they know of governance for a second; here it is over. */
async function settleAll(apps: Run['apps']): Promise<void> {
  clock.advance(2_000);
  await world.settle(...apps);
}

function assignmentNamed(name: string) {
  const assignmentId = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/${name}`;
  return assignment(name, '', { assignmentId });
}

/** Outcomes of every resource as they are kept, and as an instance that knows nothing judges them now. */
async function outcomesOf(tenantId: string) {
  const fresh = world.instance(tenantId);
  const store = new ComplianceStore(tenantId, world);
  const rows = await store.rows(SUBSCRIPTION).between('', undefined);
  const kept = [...rows.values()].flatMap(({ id, outcomes }) =>
    [...outcomes].map(([code, { state }]) => `${id} ${code} ${state}`),
  );
  const now: string[] = [];
  for await (const page of fresh.inventory.resources(SUBSCRIPTION)) {
    for (const { id } of page) {
      const { data } = await fresh.compliance.resource(tenantId, id, {
        isAll: false,
        caller: { scopes: UNSCOPED },
      });
      now.push(...data.map((each) => `${id} ${codeOf(each.assignment_id ?? '')} ${each.state}`));
    }
  }
  return { kept: kept.sort(), now: now.sort(), rows, store };
}

it('following events equals judging everything anew, after any sequence of changes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 12, maxLength: 40 }), async (steps) => {
      const tenantId = randomUUID();
      const run: Run = { apps: [world.instance(tenantId), world.instance(tenantId)], written: new Set() };
      const all = definitions.map((_, at) => ({ kind: 'assign' as const, at, scope: 0, isLessOne: false }));
      for (const one of [...all, ...steps]) await act(one, run);
      await settleAll(run.apps);

      const { kept, now, rows, store } = await outcomesOf(tenantId);
      expect(kept).toEqual(now);

      const { counts } = await store.rows(SUBSCRIPTION).head();
      const counting = new Counting({}, (code) => code);
      for (const { outcomes } of rows.values()) counting.exchange(undefined, outcomes);
      expect(counts).toEqual(counting.counts);

      const { data } = await run.apps[1].compliance.findings(tenantId, { limit: 1000 });
      const violations = kept.filter((each) => each.endsWith(' nonCompliant'));
      expect(
        data
          .map(({ resource_id, assignment_id }) => `${resource_id} ${codeOf(assignment_id)} nonCompliant`)
          .sort(),
      ).toEqual(violations);
      expect(openAfter(tenantId)).toEqual(violations);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 180_000);

/** What is open by the events alone: each id counts once, however often it came. */
function openAfter(tenantId: string): string[] {
  const events = new Map(
    world.events.filter(({ tenantid }) => tenantid === tenantId).map((event) => [event.id, event]),
  );
  const open = new Map<string, number>();
  for (const { type, data } of events.values() as Iterable<CloudEvent<string, ComplianceEventData>>) {
    const by = { ComplianceViolated: 1, ComplianceResolved: -1 }[type] ?? 0;
    if (by === 0) continue;
    const name = `${data.resource_id} ${codeOf(data.assignment_id)} nonCompliant`;
    open.set(name, (open.get(name) ?? 0) + by);
  }
  for (const count of open.values()) expect([0, 1]).toContain(count);
  return [...open].flatMap(([name, count]) => (count === 1 ? name : [])).sort();
}
