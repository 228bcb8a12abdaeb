import { setTimeout as pause } from 'node:timers/promises';
import { Identity } from '#features/identity/index.ts';
import { InventoryStore, type Publisher } from '#features/inventory/index.ts';
import { Random } from '#local/azure/estate/random.ts';
import { Blobs } from '#platform/blobs.ts';
import { systemClock } from '#platform/clock.ts';
import { Tables } from '#platform/tables.ts';
import { containers, tables as tableDeclarations } from '../../src/declarations.ts';
import { Recorder } from './recorder.ts';
import {
  checkEvents,
  checkLog,
  checkQueues,
  compareWithApi,
  compareWithAzure,
  outboxMarks,
  readCommits,
} from './verify.ts';
import { startWorld, type World } from './world.ts';

export type SoakOptions = {
  /** Processes killed and connections cut, in all. */
  readonly kills: number;
  readonly seed: number;
  readonly estateSize: number;
  readonly report: (line: string) => void;
};

export type SoakResult = {
  readonly kills: number;
  readonly cuts: number;
  readonly changes: number;
  readonly events: number;
  readonly duplicates: number;
  readonly equal: boolean;
  readonly ms: number;
  /** Where logs and data are, for a look at what went wrong. */
  readonly dir: string;
  /** Empty where all is as it should be. */
  readonly problems: readonly string[];
};

type SyncJob = {
  readonly id: string;
  readonly state: string;
  readonly joined?: boolean;
  readonly failed_scopes: readonly unknown[];
};

/** Of all kills, this part happens while syncs run; the rest while events alone keep the inventory current. */
const SYNC_PART = 0.6;
const QUIET_POLLS = 4;
const QUIET_TIMEOUT_MS = 180_000;
const SYNC_TIMEOUT_MS = 90_000;

/** Runs the product, pulls its plugs at random, and tells what is not as it should be afterwards. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const startedAt = performance.now();
  const soak = await startSoak(options);
  try {
    await soak.run();
    const found = await soak.verify();
    return { ...found, ms: Math.round(performance.now() - startedAt) };
  } finally {
    await soak.stop();
  }
}

async function startSoak(options: SoakOptions) {
  const { report } = options;
  const world = await startWorld(options);
  report(`started; logs in ${world.dir}/logs`);
  const connectionString = world.storageConnection;
  const [tables, blobs] = [new Tables({ connectionString }), new Blobs({ connectionString })];
  await Promise.all([tables.create(tableDeclarations), blobs.create(containers)]);
  const publisher = { enqueue: () => undefined } as unknown as Publisher;
  const store = new InventoryStore(world.tenantId, { tables, blobs, clock: systemClock, publisher });
  const identity = new Identity({ tables, clock: systemClock });
  const apiKey = await identity.createKey({ tenantId: world.tenantId, role: 'owner', name: 'soak' });
  const recorder = new Recorder(world.busConnection);
  recorder.start();
  await world.connectEventGrid(true);
  // The same seed gives the same plan; what the processes make of it differs by the microsecond.
  const numbers = new Random(options.seed);
  const random = () => numbers.next();
  const done = { kills: 0, cuts: 0 };
  const problems: string[] = [];

  /** Waits until nothing is on its way any more; `withOutbox`: until the sweep has published what was left, too. */
  async function quiet(withOutbox: boolean): Promise<void> {
    const deadline = performance.now() + QUIET_TIMEOUT_MS;
    for (let polls = 0; polls < QUIET_POLLS; ) {
      const rest = [...(await onItsWay()), ...(withOutbox ? await outboxMarks(tables, store) : [])];
      polls = rest.length === 0 ? polls + 1 : 0;
      if (performance.now() > deadline)
        return void problems.push(`no quiet within ${QUIET_TIMEOUT_MS / 1000} s`, ...rest);
      if (rest.some((line) => line.startsWith('outbox'))) await world.runFunction('sweepTimer');
      await pause(rest.length === 0 ? 250 : 1000);
    }
  }

  async function onItsWay(): Promise<string[]> {
    const counts = await world.queueCounts();
    const { pending } = await world.pendingEvents();
    return [
      ...counts
        .filter(({ active, scheduled }) => active + scheduled > 0)
        .map(({ name, active }) => `queue ${name}: ${active} messages`),
      ...(pending > 0 ? [`Event Grid: ${pending} events`] : []),
    ];
  }

  /** A whole sync; asked for again meanwhile, as the timer does, since a dead process may have left one half begun. */
  async function sync(): Promise<void> {
    const deadline = performance.now() + SYNC_TIMEOUT_MS;
    const { id, joined } = await startNow();
    for (let polls = 1; ; polls += 1) {
      const { state, failed_scopes } = await call<SyncJob>('GET', `/api/v1/sync/${id}`);
      if (state === 'succeeded') break;
      if (state !== 'running' || performance.now() > deadline)
        return void problems.push(
          `the last sync is ${state}, ${joined ? 'joined' : 'new'}: ${JSON.stringify(failed_scopes)}`,
        );
      await pause(250);
      if (polls % 20 === 0) await startNow();
    }
    if (joined) await sync();
  }

  function startNow(): Promise<SyncJob> {
    return call<SyncJob>('POST', '/api/v1/sync');
  }

  async function call<T>(method: string, path: string): Promise<T> {
    const headers = { authorization: `Bearer ${apiKey}` };
    const response = await fetch(`${world.url}${path}`, { method, headers });
    return (await response.json()) as T;
  }

  /** One plug pulled, and back in at once. */
  async function strike(): Promise<void> {
    const roll = random();
    if (roll < 0.35) await killed(world.app);
    else if (roll < 0.6) await killed(world.broker);
    else if (roll < 0.65) await Promise.all([killed(world.broker), killed(world.app)]);
    else if (roll < 0.95) done.cuts += world.cutStorage() > 0 ? 1 : 0;
    else done.cuts += world.cutAzure() > 0 ? 1 : 0;
  }

  async function killed(part: World['app']): Promise<void> {
    done.kills += 1;
    await part.killAndRestart();
  }

  /** Changes that no event tells of, for the sync to find; then the sync. */
  async function startSync(): Promise<void> {
    await world.connectEventGrid(false);
    await world.drift(20 + Math.floor(random() * 60));
    await world.connectEventGrid(true);
    await world.runFunction('syncTimer');
  }

  async function strikeUntil(total: number, isSyncing: boolean): Promise<void> {
    let reportedAt = done.kills + done.cuts;
    while (done.kills + done.cuts < total) {
      if (isSyncing && random() < 0.6) await startSync();
      if (!isSyncing || random() < 0.5) await world.drift(5 + Math.floor(random() * 30));
      await pause(random() * 900);
      await strike();
      if (done.kills + done.cuts - reportedAt < 10) continue;
      reportedAt = done.kills + done.cuts;
      report(`${done.kills} kills, ${done.cuts} cuts, ${recorder.events.size} events`);
    }
  }

  async function run(): Promise<void> {
    await world.runFunction('syncTimer');
    await strikeUntil(Math.ceil(options.kills * SYNC_PART), true);
    report('waiting for quiet after the syncs');
    await quiet(false);
    await sync();
    const afterSyncs = await compareWithAzure(store, world.simulatorUrl);
    problems.push(...afterSyncs.map((line) => `after the syncs: ${line}`));
    await strikeUntil(options.kills, false);
    report('waiting for quiet after the events');
    await quiet(true);
  }

  async function verify(): Promise<Omit<SoakResult, 'ms'>> {
    const afterEvents = await compareWithAzure(store, world.simulatorUrl);
    const commits = await readCommits(store);
    const recorded = recorder.events;
    const { failed } = await world.pendingEvents();
    problems.push(
      ...afterEvents.map((line) => `after the events: ${line}`),
      ...(await checkLog(store, commits)),
      ...checkEvents(world.tenantId, commits, recorded),
      ...(await outboxMarks(tables, store)),
      ...checkQueues(await world.queueCounts()),
      ...(await compareWithApi(store, { url: world.url, apiKey })),
      ...(failed > 0 ? [`Event Grid gave up ${failed} events`] : []),
      ...world.parts.flatMap((part) => part.failures.map((line) => `${part.name} ended by itself: ${line}`)),
    );
    return {
      ...done,
      changes: [...commits.values()].flat().reduce((sum, { changes }) => sum + changes.length, 0),
      events: recorded.size,
      duplicates: [...recorded.values()].reduce((sum, { times }) => sum + times - 1, 0),
      equal: problems.length === 0,
      dir: world.dir,
      problems,
    };
  }

  return {
    run,
    verify,
    async stop(): Promise<void> {
      await recorder.stop();
      await world.stop();
    },
  };
}
