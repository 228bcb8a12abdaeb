import { setTimeout as pause } from 'node:timers/promises';
import { Identity } from '#features/identity/index.ts';
import { systemClock } from '#platform/clock.ts';
import { Tables } from '#platform/tables.ts';
import type { BenchContext } from '../figure.ts';
import type { Host, Parts, Simulator } from './parts.ts';

/** The whole product on this machine: the real host in a process of its own, and what it needs. */
export type App = {
  readonly simulator: Simulator;
  readonly host: Host;
  readonly environment: Readonly<Record<string, string>>;
  readonly apiKey: string;
};

export type AppOptions = {
  /** Policies are going to be assigned. */
  readonly isAssigned?: boolean;
  /** Where the host leaves a CPU profile when it ends. */
  readonly profileDir?: string | undefined;
};

type SyncState = { readonly id: string; readonly state: string; readonly resources: number };

/** Above this Azurite cannot write its tables to disk; and below it, where every resource has outcomes too. */
const MAX_ON_DISK = 200_000;
const MAX_ON_DISK_ASSIGNED = 50_000;

/** A schedule of once a year. */
const NEVER = '0 0 0 1 1 *';
/** One key asks for more than any caller may. */
const UNLIMITED = {
  RATE_LIMIT_PER_MINUTE: '100000000',
  TENANT_RATE_LIMIT_PER_MINUTE: '100000000',
  CONCURRENT_CALLS: '10000',
};

/** Starts the product over an estate of `size` resources. Nothing is in the inventory yet. */
export async function startApp(parts: Parts, size: number, options: AppOptions = {}): Promise<App> {
  const maxOnDisk = options.isAssigned ? MAX_ON_DISK_ASSIGNED : MAX_ON_DISK;
  const [simulator, storage, bus] = await Promise.all([
    parts.simulator(size),
    parts.storage({ isInMemory: size > maxOnDisk }),
    parts.bus(),
  ]);
  const environment = {
    TENANT_ID: simulator.tenantId,
    AZURE_RESOURCE_MANAGER_ENDPOINT: simulator.url,
    STORAGE_CONNECTION_STRING: storage.connectionString,
    ServiceBus: bus.connectionString,
    // The figures start syncs themselves, and measure no other source.
    SYNC_SCHEDULE: NEVER,
    CONNECTOR_SCHEDULE: NEVER,
    POLICY_SYNC_SCHEDULE: NEVER,
    LOG_LEVEL: 'warning',
    ...UNLIMITED,
  };
  const host = await parts.host(environment, options.profileDir);
  const identity = new Identity({
    tables: new Tables({ connectionString: storage.connectionString }),
    clock: systemClock,
  });
  const apiKey = await identity.createKey({ tenantId: simulator.tenantId, role: 'owner', name: 'bench' });
  return { simulator, host, environment, apiKey };
}

/** Syncs the estate through the API and resolves with the resources read. */
export async function syncEstate(app: App, context: BenchContext): Promise<number> {
  let job = await call<SyncState>(app, '/api/v1/sync', { method: 'POST' });
  const startedAt = performance.now();
  while (job.state === 'running') {
    await pause(500);
    job = await call<SyncState>(app, `/api/v1/sync/${job.id}`);
  }
  if (job.state !== 'succeeded') throw new Error(`the sync ended as ${job.state}`);
  context.say(`synced ${job.resources} resources in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  return job.resources;
}

/** Calls the API of the app. @throws for a status that is no success */
export async function call<T>(
  app: Pick<App, 'host' | 'apiKey'>,
  path: string,
  init: { method?: string } = {},
): Promise<T> {
  const headers = { authorization: `Bearer ${app.apiKey}` };
  const response = await fetch(`${app.host.url}${path}`, { ...init, headers });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
