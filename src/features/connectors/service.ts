import { randomUUID } from 'node:crypto';
import type { InventoryStore } from '#features/inventory/index.ts';
import { AzureError } from '#platform/azureClient.ts';
import type { Clock } from '#platform/clock.ts';
import { createLimiter } from '#platform/concurrently.ts';
import { Failure } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import type { OutgoingMessage, Queues } from '#platform/queues.ts';
import type { Tables } from '#platform/tables.ts';
import type { Connector, Gap, Received, SyncRun } from './connector.ts';
import { keepSince, openGaps, toGap } from './gaps.ts';
import { connectorsQueue } from './queue.ts';
import type { ConnectorList, ConnectorMessage, SourceGap } from './schema.ts';
import { type SourceState, SourceStore } from './store.ts';

export type ConnectorsPorts = {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly storeOf: (tenantId: string) => InventoryStore;
  /** The tenant whose estate this deployment's identity reads. */
  readonly estateTenantId: string;
  readonly connectors: readonly Connector[];
};

/** A run holds what it knows of its subscription's rows in memory. */
const MAX_RUNS = 4;
/** Runs of one source and subscription that are put off in a row, before the timer is left to start the next. */
const MAX_ATTEMPTS = 4;
const PUT_OFF_SECONDS = 60;
const MINUTE_MS = 60_000;

/** Every source of what Azure knows: when it is read, how far it is, what is missing. */
export class Connectors {
  readonly #ports: ConnectorsPorts;
  readonly #stores = new Map<string, SourceStore>();
  readonly #inTurn = createLimiter(MAX_RUNS);

  constructor(ports: ConnectorsPorts) {
    this.#ports = ports;
  }

  /** Queues every source and subscription whose time has come; returns how many. */
  async startDue(): Promise<number> {
    const { estateTenantId: tenantId, connectors, clock } = this.#ports;
    const states = await this.#storeOf(tenantId).list();
    const now = clock.now().getTime();
    const due: ConnectorMessage[] = [];
    for (const subscriptionId of await this.#subscriptions(tenantId)) {
      for (const { name: connector, everyMinutes } of connectors) {
        const state = states.find((one) => one.source === connector && one.subscriptionId === subscriptionId);
        const asked = state?.askedAt === undefined ? 0 : Date.parse(state.askedAt);
        if (now - asked < everyMinutes * MINUTE_MS) continue;
        due.push({ tenantId, subscriptionId, connector, attempt: 1 });
      }
    }
    await this.#queue(due);
    return due.length;
  }

  /** Queues a source now, for all subscriptions or some. @throws Failure `notFound`, `forbidden` */
  async start(tenantId: string, name: string, only?: readonly string[]): Promise<string[]> {
    const connector = this.#find(name);
    if (tenantId !== this.#ports.estateTenantId) {
      throw new Failure('forbidden', 'this deployment reads the estate of another tenant', {
        next: 'deploy PolicyCortex with an identity of your own tenant',
      });
    }
    const chosen = (await this.#subscriptions(tenantId)).filter((id) => !only || only.includes(id));
    await this.#queue(
      chosen.map((subscriptionId) => ({ tenantId, subscriptionId, connector: connector.name, attempt: 1 })),
    );
    return chosen;
  }

  /** Queues a source for one subscription in a while; asked for again meanwhile, it is queued once. */
  async startSoon(tenantId: string, name: string, subscriptionId: string): Promise<void> {
    const { queues, clock } = this.#ports;
    const connector = this.#find(name).name;
    const notBefore = new Date(Math.ceil(clock.now().getTime() / MINUTE_MS + 1) * MINUTE_MS);
    const body: ConnectorMessage = { tenantId, subscriptionId, connector, attempt: 1 };
    const messageId = `${connector}|${subscriptionId}|${notBefore.toISOString()}`;
    await queues.send(connectorsQueue, [{ body, messageId, tenantId, notBefore }]);
  }

  /** Reads one subscription from one source. Throws only where the message should be delivered again. */
  run(message: ConnectorMessage): Promise<void> {
    return this.#inTurn(() => this.#run(message));
  }

  async #run(message: ConnectorMessage): Promise<void> {
    const { tenantId, subscriptionId, connector: name } = message;
    const connector = this.#ports.connectors.find((one) => one.name === name);
    if (!connector) return log.warning('a message for a source that does not exist', { source: name });
    const store = this.#storeOf(tenantId);
    const before = await store.get(name, subscriptionId);
    const startedAt = this.#now();
    await store.note(name, subscriptionId, { startedAt });
    const { run, gaps } = this.#createRun(message, { connector, before });
    await connector.sync(run);
    const { cursors, counts } = run;
    const open = keepSince(gaps, before?.gaps ?? []);
    await store.note(name, subscriptionId, { endedAt: this.#now(), cursors, counts, gaps: open });
    log.information('source read', { source: name, subscriptionId, ...counts, gaps: open.length });
    await this.#putOff(message, open);
  }

  #createRun(
    { tenantId, subscriptionId }: ConnectorMessage,
    { connector, before }: { connector: Connector; before: SourceState | undefined },
  ): { run: SyncRun; gaps: Gap[] } {
    const gaps: Gap[] = [];
    const run: SyncRun = {
      tenantId,
      subscriptionId,
      clock: this.#ports.clock,
      cursors: { ...before?.cursors },
      counts: {},
      part: async (scope, work) => {
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof AzureError)) throw error;
          gaps.push(toGap(connector, scope, { error, at: this.#now() }));
          log.warning('a part of a source cannot be read', {
            source: connector.name,
            subscriptionId,
            scope,
            reason: error.message,
          });
          return undefined;
        }
      },
      malformed: (scope, reason) => gaps.push({ scope, kind: 'malformed', reason, since: this.#now() }),
    };
    return { run, gaps };
  }

  /** What Azure may give in a while is asked for again before the timer would. */
  async #putOff(message: ConnectorMessage, gaps: readonly Gap[]): Promise<void> {
    const isPassing = gaps.some(({ kind }) => kind === 'throttled' || kind === 'unavailable');
    if (!isPassing || message.attempt >= MAX_ATTEMPTS) return;
    const { clock, queues } = this.#ports;
    const { tenantId, connector, subscriptionId, attempt } = message;
    const notBefore = new Date(clock.now().getTime() + PUT_OFF_SECONDS * attempt * 1000);
    const body: ConnectorMessage = { ...message, attempt: attempt + 1 };
    const messageId = `${connector}|${subscriptionId}|${attempt + 1}|${notBefore.getTime()}`;
    await queues.send(connectorsQueue, [{ body, messageId, tenantId, notBefore }]);
  }

  /** Records what came of items that a source sent; without a subscription, of those that name none. */
  async noteReceived(
    tenantId: string,
    source: string,
    { subscriptionId, ...received }: Received & { readonly subscriptionId: string | undefined },
  ): Promise<void> {
    const store = this.#storeOf(tenantId);
    await store.addReceived(source, subscriptionId ?? '', { ...received, at: this.#now() });
  }

  /** When the last run that has ended began, and the parts that it could not read; undefined before the first. */
  async lastRead(
    tenantId: string,
    source: string,
    subscriptionId: string,
  ): Promise<{ startedAt: string; unread: string[] } | undefined> {
    const state = await this.#storeOf(tenantId).get(source, subscriptionId);
    if (!state?.startedAt || !hasEnded(state)) return undefined;
    return { startedAt: state.startedAt, unread: state.gaps.map(({ scope }) => scope) };
  }

  /** When each subscription's source sent something last of its own accord; null: never. */
  async received(
    tenantId: string,
    source: string,
  ): Promise<{ subscriptionId: string; last: string | null }[]> {
    const states = await this.#storeOf(tenantId).list(source);
    return states
      .filter(({ subscriptionId }) => subscriptionId !== '')
      .map(({ subscriptionId, received }) => ({ subscriptionId, last: received?.at ?? null }));
  }

  /** How each source stands, as far as the caller may see. */
  async list(tenantId: string, only?: readonly string[]): Promise<ConnectorList> {
    const states = await this.#storeOf(tenantId).list();
    const isVisible = ({ subscriptionId }: SourceState) => !only || only.includes(subscriptionId);
    return {
      data: this.#ports.connectors.map(({ name, title, role, everyMinutes }) => {
        const all = states.filter(({ source }) => source === name);
        const own = all.filter(isVisible);
        const gaps = own.flatMap((state) => toSourceGaps(state, all));
        const subscriptions = own.filter(({ subscriptionId }) => subscriptionId !== '').map(toSummary);
        return { name, title, role, every_minutes: everyMinutes, subscriptions, gaps };
      }),
    };
  }

  /** What could not be read of a source, by subscription; for the answers that are made of it. */
  async gaps(tenantId: string, source: string, only?: readonly string[]): Promise<SourceGap[]> {
    const states = await this.#storeOf(tenantId).list(source);
    return states
      .filter(({ subscriptionId }) => !only || only.includes(subscriptionId))
      .flatMap((state) => toSourceGaps(state, states));
  }

  /** @throws AzureError-like with `kind`, where a source has a gap: for `/health` */
  async check(source: string): Promise<void> {
    const [gap] = await this.gaps(this.#ports.estateTenantId, source);
    if (gap) throw Object.assign(new Error(`${gap.scope}: ${gap.reason}`), { kind: gap.kind });
  }

  #find(name: string): Connector {
    const connector = this.#ports.connectors.find((one) => one.name === name);
    if (connector) return connector;
    const names = this.#ports.connectors.map((one) => one.name).join(', ');
    throw new Failure('notFound', `there is no source ${name}`, { next: `the sources are ${names}` });
  }

  async #subscriptions(tenantId: string): Promise<string[]> {
    const segments = await this.#ports.storeOf(tenantId).segments.list();
    return segments.filter(({ state }) => state !== undefined).map(({ segment }) => segment);
  }

  /** A process that dies in between has queued what was not yet noted: it is queued again, and does no harm. */
  async #queue(messages: readonly ConnectorMessage[]): Promise<void> {
    const outgoing: OutgoingMessage[] = messages.map((body) => ({
      body,
      messageId: `${body.connector}|${body.subscriptionId}|${randomUUID()}`,
      tenantId: body.tenantId,
    }));
    if (outgoing.length === 0) return;
    await this.#ports.queues.send(connectorsQueue, outgoing);
    const askedAt = this.#now();
    for (const { tenantId, connector, subscriptionId } of messages)
      await this.#storeOf(tenantId).note(connector, subscriptionId, { askedAt });
  }

  #storeOf(tenantId: string): SourceStore {
    const store = this.#stores.get(tenantId) ?? new SourceStore(tenantId, this.#ports.tables);
    this.#stores.set(tenantId, store);
    return store;
  }

  #now(): string {
    return this.#ports.clock.now().toISOString();
  }
}

function toSourceGaps(state: SourceState, all: readonly SourceState[]): SourceGap[] {
  return openGaps(state, all).map(({ role, ...gap }) => ({
    subscription_id: state.subscriptionId,
    source: state.source,
    ...gap,
    role: role ?? null,
  }));
}

function hasEnded({ startedAt, endedAt }: SourceState): boolean {
  return startedAt !== undefined && endedAt !== undefined && endedAt >= startedAt;
}

function toSummary(given: SourceState) {
  const { subscriptionId, startedAt, endedAt, counts, gaps, received } = given;
  const isRunning = startedAt !== undefined && !hasEnded(given);
  const ended = gaps.length > 0 ? ('partial' as const) : ('complete' as const);
  const state = startedAt === undefined ? ('waiting' as const) : isRunning ? ('running' as const) : ended;
  const seconds =
    startedAt && endedAt && !isRunning ? (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 : null;
  return {
    subscription_id: subscriptionId,
    state,
    last_run: endedAt ?? null,
    seconds,
    counts: { ...counts },
    received: received ? { last: received.at, counts: { ...received.counts } } : null,
  };
}
