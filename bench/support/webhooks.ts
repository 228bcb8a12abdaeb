import { setTimeout as pause } from 'node:timers/promises';
import { eventsQueue } from '#features/events/index.ts';
import { Identity } from '#features/identity/index.ts';
import { systemClock } from '#platform/clock.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { Queues } from '#platform/queues.ts';
import { Tables } from '#platform/tables.ts';
import { tables as declaredTables } from '../../src/declarations.ts';
import type { Received } from '../receiver.ts';
import type { Child, Emulator, Host, Parts } from './parts.ts';

export const TENANT = '11111111-1111-4111-8111-111111111111';
/** Attempts under way in all, for the product and the loop alike. */
export const CONCURRENCY = 50;
export const EVENTS_A_MESSAGE = 10;
/** Of nobody else's interest, so that nothing else works on the events. */
const TYPE = 'bench.happened';

/** Storage and bus of the product, and a receiver, each a process of its own. */
export type Ground = {
  readonly storage: Emulator;
  readonly bus: Emulator & { readonly statusUrl: string };
  readonly receiver: { readonly url: string; readonly child: Child };
  readonly environment: Readonly<Record<string, string>>;
  readonly queues: Queues;
};

export async function startGround(parts: Parts): Promise<Ground> {
  const [storage, bus, receiver] = await Promise.all([
    parts.storage({ isInMemory: true }),
    parts.bus(),
    parts.receiver(),
  ]);
  const environment = {
    TENANT_ID: TENANT,
    AZURE_RESOURCE_MANAGER_ENDPOINT: 'http://127.0.0.1:9',
    STORAGE_CONNECTION_STRING: storage.connectionString,
    ServiceBus: bus.connectionString,
    WEBHOOK_ALLOW_HTTP: 'true',
    WEBHOOK_ALLOW_LOOPBACK: 'true',
    SECRETS_DIRECTORY: parts.dir('secrets'),
    LOG_LEVEL: 'warning',
  };
  // Nothing of Azure is there, and nothing of the inventory is measured.
  const never = '0 0 0 1 1 *';
  await new Tables({ connectionString: storage.connectionString }).create(declaredTables);
  return {
    storage,
    bus,
    receiver,
    environment: { ...environment, SYNC_SCHEDULE: never, FEED_SCHEDULE: never, SWEEP_SCHEDULE: never },
    queues: new Queues({ connectionString: bus.connectionString }),
  };
}

export type Hook = { readonly id: string; readonly secret: string; readonly path: string };

/** Registers an endpoint for each path through the API. */
export async function register(
  ground: Ground,
  host: Host,
  { paths, concurrency }: { paths: readonly string[]; concurrency: number },
): Promise<Hook[]> {
  const tables = new Tables({ connectionString: ground.storage.connectionString });
  const identity = new Identity({ tables, clock: systemClock });
  const key = await identity.createKey({ tenantId: TENANT, role: 'owner', name: 'bench' });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return mapConcurrently(paths, 8, async (path) => {
    const input = {
      name: path,
      url: `${ground.receiver.url}${path}`,
      events: [`Custom(${TYPE})`],
      max_concurrency: concurrency,
      retry_config: 'durable',
    };
    const init = { method: 'POST', headers, body: JSON.stringify(input) };
    const response = await fetch(`${host.url}/api/v1/webhooks`, init);
    if (!response.ok) throw new Error(`registering ${path}: ${response.status} ${await response.text()}`);
    return { ...((await response.json()) as { id: string; secret: string }), path };
  });
}

/** An event with the data of the inventory's. */
export function eventOf(index: number) {
  const group = `rg-${index % 50}`;
  return {
    specversion: '1.0',
    id: crypto.randomUUID(),
    source: `/tenants/${TENANT}/inventory`,
    type: TYPE,
    subject: `res_${index}`,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    tenantid: TENANT,
    data: {
      resource_id: `/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/${group}/providers/Microsoft.Storage/storageAccounts/st${index}`,
      short_id: `res_${index}`,
      resource_type: 'Microsoft.Storage/storageAccounts',
      resource_group: group,
      subscription_id: '22222222-2222-4222-8222-222222222222',
      location: 'westeurope',
      tags: { environment: 'prod', owner: 'bench' },
      actor: 'alice@contoso.com',
      changed_paths: ['/tags/environment'],
      sent_at: Date.now(),
    },
  };
}

/** Puts events on the `events` queue, as many a message as one commit of the inventory might bring. */
export async function emit(ground: Ground, events: number): Promise<void> {
  const messages = Array.from({ length: Math.ceil(events / EVENTS_A_MESSAGE) }, (_, at) => {
    const size = Math.min(EVENTS_A_MESSAGE, events - at * EVENTS_A_MESSAGE);
    const body = Array.from({ length: size }, (_, index) => eventOf(at * EVENTS_A_MESSAGE + index));
    return { body, messageId: crypto.randomUUID(), tenantId: TENANT };
  });
  for (let at = 0; at < messages.length; at += 50)
    await ground.queues.send(eventsQueue, messages.slice(at, at + 50));
}

/** Forgets what the receiver has counted, and tells it what to expect. */
export async function instruct(
  ground: Ground,
  control: { hooks?: readonly Hook[]; isHanging?: boolean } = {},
): Promise<void> {
  const secrets = Object.fromEntries((control.hooks ?? []).map(({ path, secret }) => [path, secret]));
  const body = JSON.stringify({ secrets, isHanging: control.isHanging ?? false });
  await fetch(`${ground.receiver.url}/control`, { method: 'PUT', body });
}

export async function received(ground: Ground): Promise<Received> {
  return (await (await fetch(`${ground.receiver.url}/control`)).json()) as Received;
}

/** Resolves when `isDone` of what the receiver got. @throws after `timeoutMs` without any progress */
export async function whenReceived(
  ground: Ground,
  isDone: (got: Received) => boolean,
  options: { timeoutMs?: number; pollMs?: number; onPoll?: (got: Received) => void } = {},
): Promise<Received> {
  const { timeoutMs = 60_000, pollMs = 50, onPoll } = options;
  let [total, changedAt] = [0, performance.now()];
  for (;;) {
    const got = await received(ground);
    onPoll?.(got);
    if (isDone(got)) return got;
    const now = totalOf(got);
    if (now !== total) [total, changedAt] = [now, performance.now()];
    if (performance.now() - changedAt > timeoutMs) throw new Error(`nothing more came after ${total}`);
    await pause(pollMs);
  }
}

export function totalOf({ counts }: Received): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Resolves when no message of the queue is waiting or being worked on: everything is recorded. */
export async function whenSettled(ground: Ground, queue = 'deliveries'): Promise<void> {
  for (;;) {
    const { queues } = (await (await fetch(ground.bus.statusUrl)).json()) as {
      queues: { name: string; active: number }[];
    };
    if (queues.every(({ name, active }) => name !== queue || active === 0)) return;
    await pause(20);
  }
}
