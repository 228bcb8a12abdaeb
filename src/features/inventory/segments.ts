import { randomUUID } from 'node:crypto';
import { Failure } from '#platform/failure.ts';
import {
  type Partition,
  type StoredRow,
  type TableDeclaration,
  type Tables,
  WriteConflict,
} from '#platform/tables.ts';
import { segmentCode } from './resourceId.ts';

/** Which segments a tenant has, and which tenant a subscription belongs to. */
export const segmentsTable: TableDeclaration = {
  name: 'segments',
  description: 'The segments of each tenant: its subscriptions, and one for resources outside Azure.',
  keys: 'PartitionKey = tenant, RowKey = segment: one query tells which segments changed. PartitionKey = !owners, RowKey = subscription: the tenant of an incoming event. PartitionKey = !tenants, RowKey = tenant: what the sweep walks.',
};

/** A segment and, for a subscription, what Azure says of it. `marker` changes with every commit. */
export type Segment = {
  readonly segment: string;
  readonly marker: string;
  readonly displayName?: string;
  readonly state?: string;
  readonly azureTenantId?: string;
  /** ISO 8601; absent until the first whole sync. */
  readonly lastSynced?: string;
  /** ISO 8601: the change feed has been read up to here. */
  readonly feedUntil?: string;
};

type SegmentRow = Omit<Segment, 'segment'>;

/** The segments of one tenant. */
export class SegmentDirectory {
  readonly #partition: Partition;
  readonly #owners: Partition;
  readonly #tenants: Partition;
  readonly #tenantId: string;
  readonly #known = new Set<string>();

  constructor(tables: Tables, tenantId: string) {
    const table = tables.open(segmentsTable);
    this.#partition = table.forTenant(tenantId);
    this.#owners = table.system('owners');
    this.#tenants = table.system('tenants');
    this.#tenantId = tenantId;
  }

  async list(): Promise<Segment[]> {
    return (await this.#partition.list<SegmentRow>()).map(toSegment);
  }

  /** Records a segment as the tenant's and gives it a new marker; what is known of it already stays. */
  async register(segment: string, details: Partial<SegmentRow> = {}): Promise<void> {
    if (!this.#known.has(segment)) {
      await this.#tenants.write({ kind: 'upsert', rowKey: this.#tenantId, row: {} });
    }
    await this.#partition.write({
      kind: 'merge',
      rowKey: segment,
      row: { marker: randomUUID(), ...details },
    });
    this.#known.add(segment);
  }

  /** Adds to what is known of a segment; its resources have not changed. */
  async note(segment: string, details: Partial<Omit<SegmentRow, 'marker'>>): Promise<void> {
    await this.#partition.write({ kind: 'merge', rowKey: segment, row: details });
  }

  /** Records a segment that this instance has not met yet. */
  async ensure(segment: string): Promise<void> {
    if (!this.#known.has(segment)) await this.register(segment);
  }

  /**
   * Makes a subscription the tenant's: its events and syncs come here. To be called only for a subscription
   * that the tenant's own identity has read.
   * @throws Failure `conflict` where it belongs to another tenant
   */
  async claim(subscriptionId: string): Promise<void> {
    const owner = (await ownerIn(this.#owners, subscriptionId)) ?? (await this.#insertOwner(subscriptionId));
    if (owner === this.#tenantId) return;
    throw new Failure('conflict', `subscription ${subscriptionId} belongs to another tenant`);
  }

  /** Whoever is first owns it. */
  async #insertOwner(subscriptionId: string): Promise<string | undefined> {
    try {
      await this.#owners.write({ kind: 'insert', rowKey: subscriptionId, row: { tenantId: this.#tenantId } });
      return this.#tenantId;
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
      return ownerIn(this.#owners, subscriptionId);
    }
  }

  /** The segment that a code of a short id names. */
  async findByCode(code: string): Promise<string | undefined> {
    const known = [...this.#known].find((segment) => segmentCode(segment) === code);
    if (known) return known;
    const segments = await this.list();
    for (const { segment } of segments) this.#known.add(segment);
    return segments.find(({ segment }) => segmentCode(segment) === code)?.segment;
  }
}

/** The tenant that a subscription belongs to; undefined where nobody has onboarded it. */
export function ownerOf(tables: Tables, subscriptionId: string): Promise<string | undefined> {
  return ownerIn(tables.open(segmentsTable).system('owners'), subscriptionId.toLowerCase());
}

/** Every tenant that has a segment. */
export async function listTenants(tables: Tables): Promise<string[]> {
  return (await tables.open(segmentsTable).system('tenants').list()).map(({ rowKey }) => rowKey);
}

async function ownerIn(owners: Partition, subscriptionId: string): Promise<string | undefined> {
  return (await owners.get<{ tenantId: string }>(subscriptionId))?.tenantId;
}

function toSegment({
  rowKey,
  marker,
  displayName,
  state,
  azureTenantId,
  lastSynced,
  feedUntil,
}: StoredRow<SegmentRow>): Segment {
  return {
    segment: rowKey,
    marker,
    ...(displayName !== undefined && { displayName }),
    ...(state !== undefined && { state }),
    ...(azureTenantId !== undefined && { azureTenantId }),
    ...(lastSynced !== undefined && { lastSynced }),
    ...(feedUntil !== undefined && { feedUntil }),
  };
}
