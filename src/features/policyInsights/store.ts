import { fromColumns, keyOf } from '#features/connectors/index.ts';
import type { Partition, Row, Table, TableDeclaration, Tables } from '#platform/tables.ts';
import { type AgreementRecord, pairKey, VERDICTS } from './verdict.ts';

export const agreementTable: TableDeclaration = {
  name: 'agreement',
  description: 'Azure Policy’s verdicts and ours, side by side.',
  keys: 'PartitionKey = tenant|subscription, RowKey = digit of the verdict, hash of the resource, hash of assignment and reference: disagreements stand together, first, and those of a resource too.',
};

/** The verdicts of one tenant. */
export class AgreementStore {
  readonly #tenantId: string;
  readonly #table: Table;

  constructor(tenantId: string, tables: Tables) {
    this.#tenantId = tenantId;
    this.#table = tables.open(agreementTable);
  }

  partition(subscriptionId: string): Partition {
    return this.#table.forTenant(this.#tenantId, subscriptionId);
  }

  /** Everything on one resource; a query a verdict. */
  async ofResource(subscriptionId: string, resourceId: string): Promise<AgreementRecord[]> {
    const found = await Promise.all(
      VERDICTS.map((verdict) => {
        const from = `${VERDICTS.indexOf(verdict)}${keyOf(resourceId)}`;
        return this.partition(subscriptionId).list<Row>({ from, to: `${from}~` });
      }),
    );
    return found.flat().map((row) => fromColumns<AgreementRecord>(row));
  }
}

export function rowKeyOf(record: AgreementRecord): string {
  return `${VERDICTS.indexOf(record.verdict)}${pairKey(record)}`;
}
