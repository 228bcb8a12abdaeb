import type { TableClient, TableEntityResult, TransactionAction } from '@azure/data-tables';
import * as z from 'zod';
import type { Item } from './item.ts';
import type { Page, Source } from './source.ts';

const Typed = z.object({ type: z.enum(['Binary', 'DateTime', 'Guid', 'Int64']), value: z.string() });
const Value = z.union([z.string(), z.number(), z.boolean(), Typed]);
const Line = z.object({ part: z.string(), row: z.string(), columns: z.record(z.string(), Value) });
type Value = z.infer<typeof Value>;
type Entity = TableEntityResult<Record<string, unknown>>;

/** Most operations and bytes of an entity group transaction are 100 and 4 MiB; base64 and JSON take their share. */
const MAX_OPERATIONS = 100;
const MAX_BYTES = 2_500_000;
const CONCURRENT = 8;

/** A table; its parts are its partitions. Values keep their types. */
export function tableSource(client: TableClient): Source {
  return {
    kind: 'table',
    name: client.tableName,
    async *pages(token): AsyncGenerator<Page> {
      const settings = { maxPageSize: 1000, ...(token !== undefined && { continuationToken: token }) };
      for await (const page of client.listEntities().byPage(settings))
        yield { items: itemsOf(page), next: page.continuationToken };
    },
    async *part(part): AsyncGenerator<Item> {
      const filter = `PartitionKey eq '${part.replaceAll("'", "''")}'`;
      for await (const page of client
        .listEntities({ queryOptions: { filter } })
        .byPage({ maxPageSize: 1000 }))
        yield* itemsOf(page);
    },
    async *states(): AsyncGenerator<Item> {
      const queryOptions = { select: ['PartitionKey', 'RowKey', 'Timestamp'] };
      for await (const page of client.listEntities({ queryOptions }).byPage({ maxPageSize: 1000 }))
        for (const { partitionKey = '', rowKey = '', etag } of page)
          yield { part: partitionKey, state: `${rowKey} ${etag}`, line: '' };
    },
    async write(lines): Promise<void> {
      const waiting = transactionsOf(lines);
      const workers = Array.from({ length: CONCURRENT }, async () => {
        for (let actions = waiting.pop(); actions; actions = waiting.pop())
          await client.submitTransaction(actions);
      });
      await Promise.all(workers);
    },
  };
}

async function* itemsOf(page: readonly Entity[]): AsyncGenerator<Item> {
  for (const { partitionKey = '', rowKey = '', etag, timestamp: _, ...columns } of page) {
    const names = Object.keys(columns).filter((name) => !name.startsWith('odata.'));
    const values = names.sort().map((name) => [name, encode(columns[name])] as const);
    const line = JSON.stringify({ part: partitionKey, row: rowKey, columns: Object.fromEntries(values) });
    yield { part: partitionKey, state: `${rowKey} ${etag}`, line };
  }
}

/** Numbers, texts and truths as they are, which is how they were written; the rest with its type. */
function encode(value: unknown): Value {
  if (value instanceof Uint8Array) return { type: 'Binary', value: Buffer.from(value).toString('base64') };
  if (value instanceof Date) return { type: 'DateTime', value: value.toISOString() };
  if (typeof value === 'bigint') return { type: 'Int64', value: value.toString() };
  return Value.parse(value);
}

/** One transaction a partition, as many as it takes; within one, a row key stands once. */
function transactionsOf(lines: readonly string[]): TransactionAction[][] {
  const transactions: TransactionAction[][] = [];
  const open = new Map<string, { actions: TransactionAction[]; bytes: number }>();
  for (const text of lines) {
    const { part, row, columns } = Line.parse(JSON.parse(text));
    const bytes = text.length * 2;
    let current = open.get(part);
    if (!current || current.actions.length === MAX_OPERATIONS || current.bytes + bytes > MAX_BYTES) {
      current = { actions: [], bytes: 0 };
      transactions.push(current.actions);
      open.set(part, current);
    }
    current.actions.push(['upsert', { ...columns, partitionKey: part, rowKey: row }, 'Replace']);
    current.bytes += bytes;
  }
  return transactions;
}
