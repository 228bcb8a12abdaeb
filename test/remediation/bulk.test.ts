import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/product.ts';
import { type Json, type RemediationWorld, STORAGE, startRemediationWorld, tagPolicy } from './world.ts';

let world: RemediationWorld;

beforeAll(async () => {
  world = await startRemediationWorld();
  world.startWorkers();
}, 60_000);
afterAll(() => world.stop());

/** Accounts in a group of their own that lack a tag, as the findings know them; the assignment. */
async function findings(groupName: string, names: readonly string[]) {
  const group = await world.group(groupName);
  const ids = await Promise.all(names.map((name) => world.account(group, name)));
  const { assignmentId } = await world.assign(group, tagPolicy({ field: 'type', equals: STORAGE }));
  await until(
    async () => (await world.call(`GET /api/v1/compliance/findings?assignmentId=${assignmentId}`)).json,
    ({ total }) => total === names.length,
    30_000,
  );
  return { ids, assignmentId };
}

async function bulk(assignment: string, rest: Json): Promise<string> {
  const filter = { assignment_id: assignment, subscription_id: world.subscription };
  const { json, text } = await world.call('POST /api/v1/remediations', { filter, ...rest });
  if (json.status !== 'collecting') throw new Error(text);
  return String(json.id);
}

const tagOf = async (id: string) => ((await world.azure('GET', id)).body.tags as Json).costCenter;

describe('a bulk remediation', () => {
  it('plans every finding, carries the plans out a few at a time, and undoes them', async () => {
    const names = ['stone', 'sttwo', 'stthree', 'stfour'];
    const { ids, assignmentId } = await findings('rg-bulk', names);

    const id = await bulk(assignmentId, { parallel_deployments: 2 });
    const planned = await world.settled(id, 'planned', 'failed');
    await world.call(`POST /api/v1/remediations/${id}/start`, {});
    const done = await world.settled(id, 'succeeded', 'failed');
    const tags = await Promise.all(ids.map(tagOf));
    const { json: children } = await world.call(`GET /api/v1/remediations?parent_id=${id}`);
    const { json: list } = await world.call('GET /api/v1/remediations');
    await world.call(`POST /api/v1/remediations/${id}/rollback`, {});
    await world.settled(id, 'rolled_back', 'rollback_failed');
    const back = await Promise.all(ids.map(tagOf));

    expect(planned.deployment_status).toMatchObject({ total_deployments: 4, by_status: { planned: 4 } });
    expect(done).toMatchObject({
      status: 'succeeded',
      kind: 'bulk',
      deployment_status: { total_deployments: 4, successful_deployments: 4, failed_deployments: 0 },
    });
    expect(tags).toEqual(['4711', '4711', '4711', '4711']);
    const shown = children.data as Json[];
    expect(shown.map(({ resource_id: resource }) => resource).sort()).toEqual([...ids].sort());
    expect(shown.every(({ parent_id: parent, status }) => parent === id && status === 'succeeded')).toBe(
      true,
    );
    expect((list.data as Json[]).map((each) => each.id)).toEqual([id]);
    expect(back).toEqual([undefined, undefined, undefined, undefined]);
    const told = await world.told(id, 2);
    expect(told.map(({ status }) => status)).toEqual(['succeeded', 'rolled_back']);
    expect(told.every((data) => !('resource_id' in data))).toBe(true);
  });

  it('begins no further resource once too many have failed', async () => {
    const { ids, assignmentId } = await findings('rg-locked', ['sta', 'stb', 'stc', 'std', 'ste']);
    await world.faults({ lockedPaths: ['/rg-locked/'] });

    const threshold = { percentage: 0.2 };
    const rest = { parallel_deployments: 1, failure_threshold: threshold, dry_run: false };
    const id = await bulk(assignmentId, rest);
    const done = await world.settled(id, 'failed', 'succeeded');
    await world.faults({});

    expect(done).toMatchObject({
      error: expect.stringContaining('2 of 5 failed'),
      deployment_status: { failed_deployments: 2, by_status: { failed: 2, cancelled: 3 } },
    });
    expect(await Promise.all(ids.map(tagOf))).toEqual(ids.map(() => undefined));
  });

  it('takes no more than resource_count, and needs none', async () => {
    const { assignmentId } = await findings('rg-some', ['stx', 'sty', 'stz']);

    const some = await bulk(assignmentId, { resource_count: 2 });
    const limited = await world.settled(some, 'planned');
    const none = await bulk('/providers/PolicyCortex/policyAssignments/none', {});
    const empty = await world.settled(none, 'not_needed', 'failed');

    expect(limited.deployment_status).toMatchObject({ total_deployments: 2 });
    expect(empty.error).toContain('no finding');
  });
});
