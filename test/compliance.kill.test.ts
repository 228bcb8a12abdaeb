import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ComplianceStore } from '#features/compliance/rows/store.ts';
import { canonicalize, resourceKey, toResourceDocument } from '#features/inventory/index.ts';
import { ruleWith } from '#features/policy/testKit.ts';
import { systemClock } from '#platform/clock.ts';
import {
  assignment,
  change,
  definition,
  SUBSCRIPTION,
  startComplianceWorld,
} from './support/complianceWorld.ts';
import { until } from './support/product.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const RESOURCES = 1_500;
const KILLS = 2;
const WORKER = new URL('./support/complianceWorker.ts', import.meta.url).pathname;

async function startWorker(environment: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, [WORKER], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

const idOf = (n: number) =>
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg${n % 7}/providers/Microsoft.Storage/storageAccounts/st${n}`;
const tagged = definition('tagged', {
  policyRule: ruleWith(
    {
      allOf: [
        { field: 'type', equals: 'Microsoft.Storage/storageAccounts' },
        { field: 'tags.on', notEquals: 'yes' },
      ],
    },
    { effect: 'audit' },
  ),
});

it('a whole evaluation that is killed again and again goes on where it was, and ends as if nothing had happened', async () => {
  const world = await startComplianceWorld(systemClock, { lockDurationSeconds: 5 });
  const app = world.instance(TENANT);
  const cause = { by: 'sync' } as const;
  await app.inventory.segments.ensure(SUBSCRIPTION);
  const changes = Array.from({ length: RESOURCES }, (_, n) => {
    const document = toResourceDocument({ id: idOf(n), tags: { on: n % 3 === 0 ? 'yes' : 'no' } });
    if (!document) throw new TypeError('no resource');
    const next = canonicalize(document);
    return {
      kind: 'put',
      next,
      source: 'azure',
      annotations: {},
      apiVersion: undefined,
      previous: undefined,
      cause,
    } as const;
  });
  await app.inventory.write(SUBSCRIPTION, changes);
  await app.publisher.flush();
  await app.governance.write([
    change('definition', 'created', tagged),
    change('assignment', 'created', assignment('tagged', tagged.definitionId)),
  ]);

  const environment = {
    ...world.environment,
    TENANT_ID: TENANT,
    LOG_LEVEL: 'error',
    STARTER_PACK_ASSIGNED: 'false',
  };
  const store = new ComplianceStore(TENANT, world);
  const countOf = async () =>
    (await store.rows(SUBSCRIPTION).head()).counts['*']?.reduce((a, b) => a + b, 0) ?? 0;
  const counts: number[] = [];
  let worker = await startWorker(environment);
  for (let kills = 1; kills <= KILLS; kills += 1) {
    await until(countOf, (count) => count > (RESOURCES / (KILLS + 2)) * kills, 40_000);
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    counts.push(await countOf());
    await pause(100);
    worker = await startWorker(environment);
  }
  const count = await until(countOf, (all) => all === RESOURCES, 40_000);
  await until(async () => world.idle(), Boolean, 40_000);
  worker.kill('SIGKILL');
  await once(worker, 'exit');

  const rows = await store.rows(SUBSCRIPTION).between('', undefined);
  const states = [...rows.values()].flatMap(({ outcomes }) =>
    [...outcomes.values()].map(({ state }) => state),
  );
  expect(counts.every((each) => each < RESOURCES)).toBe(true);
  expect(count).toBe(RESOURCES);
  expect(states.filter((state) => state === 'nonCompliant')).toHaveLength(Math.floor((RESOURCES * 2) / 3));
  expect(
    rows
      .get(resourceKey(idOf(0)))
      ?.outcomes.values()
      .next().value?.state,
  ).toBe('compliant');
  await world.stop();
}, 120_000);
