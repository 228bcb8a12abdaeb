import type { AuditedCall, AuditSink } from '#http/ports.ts';
import type { Clock } from '#platform/clock.ts';
import { messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import type { Tables } from '#platform/tables.ts';
import { type Head, type Verdict, verifyChain } from './chain.ts';
import { toContent, toEntry } from './entry.ts';
import { toOcsf } from './ocsf.ts';
import { Refusals } from './refusals.ts';
import type { ApiActivity, AuditEntry, AuditExportQuery, AuditPage, AuditQuery } from './schema.ts';
import { AuditStore } from './store.ts';
import { ChainWriter } from './writer.ts';

const BLOCK = 1000;
const MAX_BLOCKS = 20;

export type AuditPorts = {
  readonly tables: Tables;
  readonly clock: Clock;
  /** Whose log refused calls go to that name no tenant. */
  readonly deploymentTenantId: string;
};

/** The audit log: written, read, exported, verified. */
export class Audit implements AuditSink {
  readonly #ports: AuditPorts;
  readonly #writers = new Map<string, ChainWriter>();
  readonly #refusals = new Refusals((call, more) => void this.#store(call, more));

  constructor(ports: AuditPorts) {
    this.#ports = ports;
  }

  record(call: AuditedCall): Promise<void> {
    return this.#store(call);
  }

  noteRefused(call: AuditedCall): void {
    this.#refusals.note(call);
  }

  /** A page, newest first. */
  async list(tenantId: string, query: AuditQuery): Promise<AuditPage> {
    const store = this.#open(tenantId);
    const since = query.since ? new Date(query.since).toISOString() : '';
    const found: AuditEntry[] = [];
    let below = query.cursor ? Number(query.cursor) : await this.#endOf(store, query.until);
    for (let block = 0; block < MAX_BLOCKS && below > 1; block += 1) {
      const from = Math.max(1, below - BLOCK);
      for (const entry of (await store.between(from, below)).reverse().map(toEntry)) {
        if (entry.time < since) return { data: found, nextCursor: null };
        if (!matches(entry, query)) continue;
        if (found.length === query.limit) return { data: found, nextCursor: String(entry.seq + 1) };
        found.push(entry);
      }
      below = from;
    }
    return { data: found, nextCursor: below > 1 ? String(below) : null };
  }

  /** Entries as OCSF events, oldest first, page by page. */
  async *export(tenantId: string, { since, until }: AuditExportQuery): AsyncGenerator<ApiActivity[]> {
    const store = this.#open(tenantId);
    const from = since ? await firstAt(store, new Date(since).toISOString()) : 1;
    const end = await this.#endOf(store, until);
    for await (const page of store.pages(from)) {
      yield page.filter(({ seq }) => seq < end).map((link) => toOcsf(toEntry(link), tenantId));
      if ((page.at(-1)?.seq ?? 0) >= end) return;
    }
  }

  /** Walks the whole chain of a tenant; `expected` are links that were noted elsewhere. */
  async verify(tenantId: string, expected: readonly Head[] = []): Promise<Verdict> {
    const store = this.#open(tenantId);
    const head = await store.head();
    const upToHead = takeUpTo(store.pages(), head.seq);
    return verifyChain(upToHead, { head, expected });
  }

  /** Never rejects: an entry that cannot be stored goes to the log of the app, whole. */
  async #store(call: AuditedCall, more?: { repeated: number }): Promise<void> {
    const tenantId = call.caller?.tenantId ?? this.#ports.deploymentTenantId;
    const content = toContent(call, more);
    try {
      await this.#writer(tenantId).append(content);
    } catch (error) {
      log.error('audit entry could not be stored', { tenantId, entry: content, error: messageOf(error) });
    }
  }

  #endOf(store: AuditStore, until: string | undefined): Promise<number> {
    if (until) return firstAt(store, new Date(until).toISOString());
    return store.head().then(({ seq }) => seq + 1);
  }

  #writer(tenantId: string): ChainWriter {
    const known = this.#writers.get(tenantId);
    if (known) return known;
    const writer = new ChainWriter(this.#open(tenantId), this.#ports.clock);
    this.#writers.set(tenantId, writer);
    return writer;
  }

  #open(tenantId: string): AuditStore {
    return new AuditStore(this.#ports.tables, tenantId);
  }
}

/** Number of the first entry at or after a time, by bisection: times of a chain rise. */
async function firstAt(store: AuditStore, time: string): Promise<number> {
  let low = 1;
  let high = (await store.head()).seq + 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const link = await store.find(middle);
    if (link && toEntry(link).time < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What is appended while we walk is not ours to judge. */
async function* takeUpTo<T extends { seq: number }>(
  pages: AsyncIterable<readonly T[]>,
  seq: number,
): AsyncGenerator<T[]> {
  for await (const page of pages) yield page.filter((link) => link.seq <= seq);
}

function matches(entry: AuditEntry, { actor, action, outcome }: AuditQuery): boolean {
  return (
    (actor === undefined ||
      entry.actor.id === actor ||
      entry.actor.name.toLowerCase().includes(actor.toLowerCase())) &&
    (action === undefined || entry.action === action) &&
    (outcome === undefined || entry.outcome === outcome)
  );
}
