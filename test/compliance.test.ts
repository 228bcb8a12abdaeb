import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComplianceStore } from '#features/compliance/rows/store.ts';
import { resourceKey } from '#features/inventory/index.ts';
import { ruleWith } from '#features/policy/testKit.ts';
import {
  assignment,
  type ComplianceWorld,
  change,
  definition,
  putResource,
  SUBSCRIPTION,
  startComplianceWorld,
} from './support/complianceWorld.ts';
import { manualClock } from './support/emulators.ts';

const clock = manualClock();
let world: ComplianceWorld;

beforeAll(async () => {
  world = await startComplianceWorld(clock);
});
afterAll(() => world.stop());

const httpsOnly = definition('https-only', {
  policyRule: ruleWith(
    {
      allOf: [
        { field: 'type', equals: 'Microsoft.Storage/storageAccounts' },
        { field: 'tags.https', notEquals: 'yes' },
      ],
    },
    { effect: 'audit' },
  ),
});
const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
const storage = (name: string) => `${group}/providers/Microsoft.Storage/storageAccounts/${name}`;

function statesOf(world: ComplianceWorld, tenantId: string) {
  const store = new ComplianceStore(tenantId, world);
  return async (id: string) => {
    const row = await store.rows(SUBSCRIPTION).get(resourceKey(id));
    return row && [...row.outcomes.values()].map(({ state }) => state);
  };
}

describe('compliance', () => {
  it('follows resources and assignments, with events of stable ids', async () => {
    const app = world.instance(randomUUID());
    const states = statesOf(world, app.tenantId);
    const assigned = assignment('https', httpsOnly.definitionId);
    await app.governance.write([
      change('definition', 'created', httpsOnly),
      change('assignment', 'created', assigned),
    ]);
    await putResource(app, storage('good'), { tags: { https: 'yes' } });
    await putResource(app, storage('bad'), { tags: {} });
    await world.settle(app);

    const first = [await states(storage('good')), await states(storage('bad'))];
    await putResource(app, storage('bad'), { tags: { https: 'yes' } });
    await world.settle(app);
    const second = await states(storage('bad'));
    await app.governance.write([change('assignment', 'deleted', assigned)]);
    await world.settle(app);

    expect(first).toEqual([['compliant'], ['nonCompliant']]);
    expect(second).toEqual(['compliant']);
    expect(await states(storage('good'))).toBeUndefined();
    const told = world.events.filter(
      ({ tenantid, type }) => tenantid === app.tenantId && /Compl|Evaluated/.test(type),
    );
    expect(told.map(({ type, subject }) => [type, subject.split('/').at(-1)])).toEqual([
      ['ComplianceViolated', 'bad'],
      ['ComplianceResolved', 'bad'],
      ['PolicyEvaluated', 'bad'],
    ]);
    expect(told[0]?.data).toMatchObject({
      severity: 'high',
      outcome: 'nonCompliant',
      previous_outcome: null,
    });
    expect(JSON.stringify(told[0]?.data)).toContain('violates \\"https-only\\"');
  });
});
