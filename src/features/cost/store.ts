import { fromColumns, keyOf } from '#features/connectors/index.ts';
import type { Partition, Range, Row, Table, TableDeclaration, Tables } from '#platform/tables.ts';
import type { Month } from './days.ts';
import { costKeyOf, type Grouping, type GroupMonth, type ResourceMonth } from './monthCosts.ts';

export const costsTable: TableDeclaration = {
  name: 'costs',
  description: 'What the estate costs by day, budgets, anomalies, and what costs and does nothing.',
  keys: 'PartitionKey = tenant|subscription|KIND. resources: RowKey = MONTH|key of the resource|CURRENCY, a row holds the days of a month: a resource’s months are point queries, a month is one range. groups: letter of the grouping|MONTH|hash of the group|CURRENCY: a time range of one grouping is one range. budgets: `b|` and a hash of the id, `t|PERIOD|HASH` thresholds that were told, `o|…` outbox. anomalies: `a|DAYS UNTIL 2100 HASH` newest first, `o|…` outbox. idle: key of the resource. nonCompliance: `all`, one row.',
};

export const KINDS = ['resources', 'groups', 'budgets', 'anomalies', 'idle', 'nonCompliance'] as const;
export type Kind = (typeof KINDS)[number];

const LETTERS: Readonly<Record<Grouping, string>> = {
  subscription: 's',
  resourceGroup: 'g',
  resourceType: 't',
  location: 'l',
  tag: 'k',
};

export const rowKeys = {
  resource: (month: Month, { id, currency }: Pick<ResourceMonth, 'id' | 'currency'>) =>
    `${month}|${costKeyOf(id)}|${currency}`,
  group: (month: Month, { grouping, group, currency }: Pick<GroupMonth, 'grouping' | 'group' | 'currency'>) =>
    `${groupPrefix(grouping, month)}${keyOf(group)}|${currency}`,
};

/** First characters of the rows of a grouping and month. */
export function groupPrefix(grouping: Grouping, month: Month): string {
  return `${LETTERS[grouping]}|${month}|`;
}

export type Months = { readonly from: Month; readonly to: Month };
export type Stored<T> = T & { readonly month: Month };

/** Costs of one tenant. */
export class CostStore {
  readonly tenantId: string;
  readonly #table: Table;

  constructor(tenantId: string, tables: Tables) {
    this.tenantId = tenantId;
    this.#table = tables.open(costsTable);
  }

  partition(subscriptionId: string, kind: Kind): Partition {
    return this.#table.forTenant(this.tenantId, subscriptionId, kind);
  }

  /** Rows of one grouping, oldest month first, a storage page at a time. */
  groups(
    subscriptionId: string,
    grouping: Grouping,
    { from, to }: Months,
  ): AsyncGenerator<Stored<GroupMonth>[]> {
    const range = { from: groupPrefix(grouping, from), to: `${groupPrefix(grouping, to)}~` };
    return pages<GroupMonth>(this.partition(subscriptionId, 'groups'), range, 2);
  }

  /** Rows of every resource, oldest month first, a storage page at a time. */
  resources(subscriptionId: string, { from, to }: Months): AsyncGenerator<Stored<ResourceMonth>[]> {
    const range = { from: `${from}|`, to: `${to}|~` };
    return pages<ResourceMonth>(this.partition(subscriptionId, 'resources'), range, 0);
  }

  /** One resource's months, whichever of them are kept. @param key of the inventory */
  async ofResource(
    subscriptionId: string,
    key: string,
    months: readonly Month[],
  ): Promise<Stored<ResourceMonth>[]> {
    const partition = this.partition(subscriptionId, 'resources');
    const found = await Promise.all(
      months.map(async (month) => {
        const rows = await partition.list<Row>({ from: `${month}|${key}|`, to: `${month}|${key}|~` });
        return rows.map((row) => ({ ...fromColumns<ResourceMonth>(row), month }));
      }),
    );
    return found.flat();
  }

  /** Removes the costs of months before the given one. */
  async forget(subscriptionId: string, before: Month): Promise<void> {
    const ranges: [Kind, Range][] = [
      ['resources', { to: `${before}|` }],
      ...Object.values(LETTERS).map((letter): [Kind, Range] => [
        'groups',
        { from: `${letter}|`, to: `${letter}|${before}|` },
      ]),
    ];
    for (const [kind, range] of ranges) {
      const partition = this.partition(subscriptionId, kind);
      for await (const rows of partition.pages({ ...range, select: [] }))
        await partition.remove(rows.map(({ rowKey }) => rowKey));
    }
  }
}

async function* pages<T extends object>(
  partition: Partition,
  range: Range,
  monthAt: number,
): AsyncGenerator<Stored<T>[]> {
  for await (const rows of partition.pages<Row>(range))
    yield rows.map((row) => ({
      ...fromColumns<T>(row),
      month: row.rowKey.slice(monthAt, monthAt + 7),
    }));
}
