import type { ContainerDeclaration, TenantBlobs } from '#platform/blobs.ts';
import { decodeBody, encodeBody } from '#platform/payload.ts';
import type { Row, StoredRow, TableDeclaration } from '#platform/tables.ts';
import { armIdOf, keyOf } from './ids.ts';
import type { DefinitionRecord, Kind, Records } from './model.ts';
import { summaryOf } from './summary.ts';

export const governanceTable: TableDeclaration = {
  name: 'governance',
  description:
    'What should hold: policy definitions, initiatives, assignments and exemptions of each tenant.',
  keys: 'PartitionKey = tenant: one transaction keeps them true to each other. RowKey = `d|KEY` definition, `i|KEY` initiative, `a|KEY` assignment, `e|KEY` exemption (KEY = hash of the lower-case ARM id, so that either id is a point read), `n|KEY` our remarks on a definition that is not ours, `h` management groups, `r` revision with the latest changes: one point read tells whether an instance is up to date. `o|TIME|ID` events to be published. PartitionKey = !tenants, RowKey = tenant: what the sweep walks.',
};

export const governanceBlobs: ContainerDeclaration = {
  name: 'governance',
  description: 'Alias tables of Azure Policy, and documents that are too large for a table row.',
};

const PREFIX: Readonly<Record<Kind, string>> = {
  definition: 'd|',
  initiative: 'i|',
  assignment: 'a|',
  exemption: 'e|',
};

/** Columns of what the sync compares and lists show, beside the record itself. */
type RecordRow = { origin: string; armId: string; hash?: string; summary?: string };

/** What the sync knows of a record of Azure's before it reads Azure. */
export type KnownRow = {
  readonly rowKey: string;
  readonly kind: Kind;
  readonly armId: string;
  readonly hash: string | undefined;
};

/** A record with the hash of the Azure document that it was made of. */
export type Stored<K extends Kind> = { readonly record: Records[K]; readonly hash: string | undefined };

export function rowKeyOf(kind: Kind, key: string): string {
  return PREFIX[kind] + key;
}

/** Row keys of all records of a kind. */
export function rangeOf(kind: Kind): { from: string; to: string } {
  return { from: PREFIX[kind], to: `${PREFIX[kind]}~` };
}

/** The row key of a record. @throws TypeError for an ARM id of another kind */
export function recordRowKey<K extends Kind>(kind: K, record: Records[K]): string {
  const key = keyOf(kind, armIdOf(kind, record));
  if (key === undefined) throw new TypeError(`not the id of a policy ${kind}: ${armIdOf(kind, record)}`);
  return rowKeyOf(kind, key);
}

/** The row of a record; a document too large for one goes to a blob first. */
export async function encodeRecord<K extends Kind>(
  kind: K,
  { record, hash }: Stored<K>,
  blobs: TenantBlobs,
): Promise<Row> {
  const name = `records/${recordRowKey(kind, record).replace('|', '/')}`;
  const isListed = kind === 'definition' || kind === 'initiative';
  const row: RecordRow = {
    origin: record.origin,
    armId: armIdOf(kind, record),
    ...(hash !== undefined && { hash }),
    ...(isListed && { summary: JSON.stringify(summaryOf(kind, record as DefinitionRecord)) }),
  };
  return { ...row, ...(await encodeBody(JSON.stringify(record), blobs, name)) };
}

export async function decodeRecord<K extends Kind>(row: StoredRow, blobs: TenantBlobs): Promise<Records[K]> {
  return JSON.parse(await decodeBody(row, blobs)) as Records[K];
}
