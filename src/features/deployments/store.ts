import {
  type CloudEvent,
  type OutboxPorts,
  outboxWrites,
  publishOutbox,
  sweepOutbox,
} from '#features/events/index.ts';
import type { JsonObject } from '#features/policy/index.ts';
import type { Blobs, ContainerDeclaration, TenantBlobs } from '#platform/blobs.ts';
import type { Clock } from '#platform/clock.ts';
import { packJson, unpackJson } from '#platform/columns.ts';
import type { Queues } from '#platform/queues.ts';
import {
  type Partition,
  type Row,
  type TableDeclaration,
  type Tables,
  WriteConflict,
} from '#platform/tables.ts';
import type { ApprovalRule, Deployment, LibraryTemplate, Status } from './schema.ts';

export const deploymentsTable: TableDeclaration = {
  name: 'deployments',
  description:
    'Deployments, the library of templates, and the rules of approval; templates themselves are blobs.',
  keys: 'PartitionKey = tenant. RowKey: `d|ID` deployment (ID begins with the inverted time: newest first) | `a|ID` mark of one that has not ended | `t|ID` template | `rules` | `o|…` outbox. PartitionKey = !tenants, RowKey = tenant: what the sweep walks.',
};
export const deploymentBlobs: ContainerDeclaration = {
  name: 'deployments',
  description: 'Templates and parameters (without secure values) of deployments and of the library.',
};

/** What a deployment deploys. Secure values are elsewhere. */
export type DeploymentBody = {
  readonly template: JsonObject;
  readonly parameters: JsonObject;
};
export type Kept<T> = T & { readonly etag: string };

const ENDED: ReadonlySet<Status> = new Set([
  'denied',
  'rejected',
  'invalid',
  'succeeded',
  'failed',
  'cancelled',
]);

/** A plan that nobody starts is given up, and with it the secure values that it keeps. */
const PLAN_HOURS = 24;

export function planEnds({ updated_at: at }: Deployment): string {
  return new Date(Date.parse(at) + PLAN_HOURS * 3_600_000).toISOString();
}

export function hasEnded(status: Status): boolean {
  return ENDED.has(status);
}

/** Deployments and templates of one tenant. */
export class DeploymentStore {
  readonly #rows: Partition;
  readonly #tenants: Partition;
  readonly #blobs: TenantBlobs;
  readonly #outbox: OutboxPorts;
  readonly #clock: Clock;

  constructor(tenantId: string, ports: { tables: Tables; blobs: Blobs; queues: Queues; clock: Clock }) {
    const table = ports.tables.open(deploymentsTable);
    this.#rows = table.forTenant(tenantId);
    this.#tenants = table.system('tenants');
    this.#blobs = ports.blobs.forTenant(deploymentBlobs, tenantId);
    this.#outbox = { queues: ports.queues, tenantId };
    this.#clock = ports.clock;
  }

  async insert(deployment: Deployment, body: DeploymentBody): Promise<void> {
    await this.writeBody(deployment.id, body);
    await this.#tenants.write({ kind: 'upsert', rowKey: this.#outbox.tenantId, row: {} });
    await this.#rows.transaction([
      { kind: 'insert', rowKey: `d|${deployment.id}`, row: toRow(deployment) },
      { kind: 'insert', rowKey: `a|${deployment.id}`, row: { at: deployment.created_at } },
    ]);
  }

  async find(id: string): Promise<Kept<Deployment> | undefined> {
    if (!/^[\w-]{1,80}$/.test(id)) return undefined;
    const row = await this.#rows.get(`d|${id}`);
    return row && { ...fromRow<Deployment>(row), etag: row.etag };
  }

  /**
   * Writes a deployment on the version that was read, with what happened in the same transaction.
   * Undefined where another was faster: read it again.
   */
  async replace(
    { etag, ...read }: Kept<Deployment>,
    change: Partial<Deployment>,
    events: readonly CloudEvent[] = [],
  ): Promise<Kept<Deployment> | undefined> {
    const at = this.#clock.now().toISOString();
    const next = { ...read, ...change, updated_at: at };
    const mark = { rowKey: `a|${next.id}`, row: { at: next.status === 'planned' ? planEnds(next) : at } };
    const outbox = outboxWrites(events);
    try {
      const [written] = await this.#rows.transaction([
        { kind: 'replace', rowKey: `d|${next.id}`, etag, row: toRow(next) },
        { kind: 'upsert', ...mark },
        ...outbox,
      ]);
      if (hasEnded(next.status)) await this.#rows.remove([mark.rowKey]);
      await publishOutbox(this.#rows, outbox, this.#outbox);
      return { ...next, etag: written ?? '' };
    } catch (error) {
      if (error instanceof WriteConflict) return undefined;
      throw error;
    }
  }

  /** A page, newest first; `next` continues after it. */
  async list(options: {
    status: Status | undefined;
    limit: number;
    after: string | undefined;
  }): Promise<{ data: Deployment[]; next: string | undefined }> {
    const from = options.after === undefined ? 'd|' : `d|${options.after}~`;
    const data: Deployment[] = [];
    for await (const rows of this.#rows.pages({ from, to: 'd}' })) {
      for (const row of rows) {
        const deployment = fromRow<Deployment>(row);
        if (options.status !== undefined && deployment.status !== options.status) continue;
        if (data.length === options.limit) return { data, next: data.at(-1)?.id };
        data.push(deployment);
      }
    }
    return { data, next: undefined };
  }

  /** Ids of deployments that have not ended and not moved since a moment; publishes events left behind. */
  async stalled(before: Date): Promise<string[]> {
    await sweepOutbox(this.#rows, before, this.#outbox);
    const marks = await this.#rows.list<{ at: string }>({ from: 'a|', to: 'a}' });
    return marks.filter(({ at }) => at < before.toISOString()).map(({ rowKey }) => rowKey.slice(2));
  }

  async settle(id: string): Promise<void> {
    await this.#rows.remove([`a|${id}`]);
  }

  async writeBody(id: string, body: DeploymentBody): Promise<void> {
    await this.#blobs.write(`${id}.json`, Buffer.from(JSON.stringify(body)));
  }

  async readBody(id: string): Promise<DeploymentBody | undefined> {
    const content = await this.#blobs.read(`${id}.json`);
    return content && JSON.parse(content.toString('utf8'));
  }

  async putTemplate(template: LibraryTemplate): Promise<void> {
    await this.#rows.write({ kind: 'upsert', rowKey: `t|${template.id}`, row: toRow(template) });
  }

  async findTemplate(id: string): Promise<LibraryTemplate | undefined> {
    if (!/^[\w-]{1,80}$/.test(id)) return undefined;
    const row = await this.#rows.get(`t|${id}`);
    return row && fromRow<LibraryTemplate>(row);
  }

  async listTemplates(): Promise<LibraryTemplate[]> {
    const rows = await this.#rows.list({ from: 't|', to: 't}' });
    return rows.map((row) => fromRow<LibraryTemplate>(row));
  }

  async removeTemplate(id: string): Promise<void> {
    await this.#rows.remove([`t|${id}`]);
  }

  async rules(): Promise<ApprovalRule[]> {
    const row = await this.#rows.get('rules');
    return row ? fromRow<{ rules: ApprovalRule[] }>(row).rules : [];
  }

  async setRules(rules: readonly ApprovalRule[]): Promise<void> {
    await this.#rows.write({ kind: 'upsert', rowKey: 'rules', row: toRow({ rules }) });
  }
}

/** Tenants that ever deployed. */
export async function deployingTenants(tables: Tables): Promise<string[]> {
  const rows = await tables.open(deploymentsTable).system('tenants').list();
  return rows.map(({ rowKey }) => rowKey);
}

function toRow(document: unknown): Row {
  return packJson('document', document);
}

function fromRow<T>(row: Row): T {
  return unpackJson('document', row) as T;
}
