import { randomUUID } from 'node:crypto';
import type { Clock } from '#platform/clock.ts';
import { Failure } from '#platform/failure.ts';
import {
  type Partition,
  type StoredRow,
  type TableDeclaration,
  type Tables,
  WriteConflict,
} from '#platform/tables.ts';

export const jobsTable: TableDeclaration = {
  name: 'jobs',
  description: 'Long-running work and its progress, a row for each part that is done on its own.',
  keys: 'PartitionKey = tenant|job, RowKey = `job` or `p|PART`. PartitionKey = tenant|active, RowKey = kind of job: the one under way.',
};

export type PartState = 'queued' | 'running' | 'succeeded' | 'failed';

/** One part of a job, say one subscription of a sync; `counts` add up over the parts. */
export type JobPart = {
  readonly part: string;
  readonly state: PartState;
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly { readonly scope: string; readonly reason: string }[];
  /** How far it is, for whoever takes it over. */
  readonly cursor?: string | undefined;
  /** ISO 8601; when it was last written. */
  readonly updatedAt?: string;
};

export type Job = {
  readonly id: string;
  readonly kind: string;
  /** `partial`: every part ended, some with problems. */
  readonly state: 'running' | 'succeeded' | 'partial' | 'failed';
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly parts: readonly JobPart[];
};

type PartRow = { state: PartState; counts: string; problems: string; updatedAt: string; cursor?: string };
type JobRow = { kind: string; createdAt: string };

/** A job that has not moved for this long does not hold back the next one of its kind. */
const ABANDONED_MS = 30 * 60_000;

/** The jobs of one tenant. */
export class JobStore {
  readonly #open: (name: string) => Partition;
  readonly #active: Partition;
  readonly #clock: Clock;

  constructor(tenantId: string, ports: { tables: Tables; clock: Clock }) {
    const table = ports.tables.open(jobsTable);
    this.#open = (id) => table.forTenant(tenantId, id);
    this.#active = table.forTenant(tenantId, 'active');
    this.#clock = ports.clock;
  }

  /** Starts a job, or returns the one of this kind that is under way; of two callers at once, both get the same. */
  async start(kind: string, parts: readonly string[]): Promise<{ job: Job; joined: boolean }> {
    const active = await this.#active.get<{ id: string }>(kind);
    const current = active && (await this.find(active.id));
    if (current?.state === 'running' && !this.#isAbandoned(current)) return { job: current, joined: true };
    const id = randomUUID();
    const now = this.#clock.now().toISOString();
    await this.#open(id).write({ kind: 'insert', rowKey: 'job', row: { kind, createdAt: now } });
    for (const part of parts) await this.setPart(id, { part, state: 'queued', counts: {}, problems: [] });
    const row = { id };
    try {
      await this.#active.write(
        active
          ? { kind: 'replace', rowKey: kind, row, etag: active.etag }
          : { kind: 'insert', rowKey: kind, row },
      );
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
      return this.start(kind, parts);
    }
    return { job: await this.get(id), joined: false };
  }

  async setPart(id: string, part: JobPart): Promise<void> {
    const row: PartRow = {
      state: part.state,
      counts: JSON.stringify(part.counts),
      problems: JSON.stringify(part.problems.slice(0, 50)),
      ...(part.cursor !== undefined && { cursor: part.cursor }),
      updatedAt: this.#clock.now().toISOString(),
    };
    await this.#open(id).write({ kind: 'upsert', rowKey: `p|${part.part}`, row });
  }

  async part(id: string, part: string): Promise<JobPart | undefined> {
    const row = await this.#open(id).get<PartRow>(`p|${part}`);
    return row && toPart(row);
  }

  /** @throws Failure `notFound` */
  async get(id: string): Promise<Job> {
    const job = await this.find(id);
    if (!job) throw new Failure('notFound', `there is no job ${id}`);
    return job;
  }

  async find(id: string): Promise<Job | undefined> {
    if (!/^[\w-]{1,64}$/.test(id)) return undefined;
    const rows = await this.#open(id).list<JobRow & PartRow>();
    const head = rows.find(({ rowKey }) => rowKey === 'job');
    if (!head) return undefined;
    const parts = rows.filter(({ rowKey }) => rowKey.startsWith('p|'));
    const times = [head.createdAt, ...parts.map((row) => row.updatedAt)].sort();
    const updatedAt = times.at(-1) ?? head.createdAt;
    return {
      id,
      kind: head.kind,
      createdAt: head.createdAt,
      updatedAt,
      state: stateOf(parts),
      parts: parts.map(toPart),
    };
  }

  #isAbandoned(job: Job): boolean {
    return this.#clock.now().getTime() - Date.parse(job.updatedAt) > ABANDONED_MS;
  }
}

function stateOf(parts: readonly PartRow[]): Job['state'] {
  if (parts.some(({ state }) => state === 'queued' || state === 'running')) return 'running';
  if (parts.length > 0 && parts.every(({ state }) => state === 'failed')) return 'failed';
  const troubled = parts.some(({ state, problems }) => state === 'failed' || problems !== '[]');
  return troubled ? 'partial' : 'succeeded';
}

function toPart(row: StoredRow<PartRow>): JobPart {
  return {
    part: row.rowKey.slice(2),
    state: row.state,
    counts: JSON.parse(row.counts),
    problems: JSON.parse(row.problems),
    ...(row.cursor !== undefined && { cursor: row.cursor }),
    updatedAt: row.updatedAt,
  };
}
