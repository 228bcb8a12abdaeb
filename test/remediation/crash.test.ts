import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRemediations } from '#features/remediation/index.ts';
import type { Tables } from '#platform/tables.ts';
import { type Json, named, type RemediationWorld, startRemediationWorld, tagPolicy } from './world.ts';

let world: RemediationWorld;
let group: string;

beforeAll(async () => {
  world = await startRemediationWorld();
  group = await world.group('rg-crashed');
}, 60_000);
afterAll(() => world.stop());

class Crash extends Error {}

/** An object whose methods die before or after their work when it is their turn. */
function mortal<T extends object>(target: T, turn: () => void): T {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name === 'pages') return value.bind(target);
      if (name === 'open' || name === 'forTenant')
        return (...given: unknown[]) => mortal(value.apply(target, given) as object, turn);
      if (name === 'system') return value.bind(target);
      return async (...given: unknown[]) => {
        turn();
        const result: unknown = await value.apply(target, given);
        turn();
        return result;
      };
    },
  });
}

/** The room as a process has it, `minutes` later. */
function roomOf(turn: () => void, minutes = 0) {
  const { services, simulator } = world;
  const { compliance, deployments, queues } = services;
  return createRemediations({
    tables: mortal(services.tables, turn) as Tables,
    queues,
    clock: { now: () => new Date(Date.now() + minutes * 60_000) },
    endpoint: simulator.url,
    writer: { getToken: async () => ({ token: 'none', expiresOnTimestamp: Date.now() + 3_600_000 }) },
    compliance: mortal(compliance, turn),
    deployments,
    ...mortal(
      {
        read: (id: string, version?: string) => world.read(id, version),
        refresh: (tenantId: string, resourceId: string, actor: string) =>
          services.discovery.refresh({ tenantId, resourceId, actor }),
      },
      turn,
    ),
  });
}

/** A process that dies at the nth call it makes, before or after what the call does. */
function roomThatDies(at: number) {
  let calls = 0;
  const room = roomOf(() => {
    calls += 1;
    if (calls === at) throw new Crash(`at ${at}`);
  });
  return { room, calls: () => calls };
}

it('a process that dies at any call is followed by one that ends the work, written and told once', async () => {
  const id = await world.account(group, 'stcrashed');
  const { assignmentId } = await world.assign(group, tagPolicy(named('stcrashed')));
  const message = (remediation: string) => ({ tenant_id: world.tenantId, id: remediation });
  const sweeper = roomOf(() => undefined, 10);
  let total = Number.POSITIVE_INFINITY;
  const outcomes: unknown[] = [];
  for (let at = 1; at <= total; at += 1) {
    await world.azure('PATCH', id, { tags: { env: 'dev', owner: 'me' } });
    await world.services.discovery.refresh({ tenantId: world.tenantId, resourceId: id });
    const remediation = await world.remediate(id, assignmentId, { dry_run: false });
    const { room, calls } = roomThatDies(at);
    await room.run(message(remediation)).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    await world.services.remediations.run(message(remediation));
    await sweeper.sweep();
    if (calls() < at) total = at;
    const { json } = await world.call(`GET /api/v1/remediations/${remediation}`);
    const { body } = await world.azure('GET', id);
    const told = await world.toldOf(remediation);
    outcomes.push([
      json.status,
      (json.result as Json | null)?.violation_gone,
      (body.tags as Json).costCenter,
      told,
    ]);
  }

  expect(total).toBeGreaterThan(20);
  expect(new Set(outcomes.map((each) => JSON.stringify(each)))).toEqual(
    new Set([JSON.stringify(['succeeded', true, '4711', 1])]),
  );
}, 60_000);
