import type { AdditionalPolicyConfig } from '@azure/core-client';
import {
  type GetTableEntityResponse,
  RestError,
  TableClient,
  type TableEntity,
  type TableEntityResult,
  TableServiceClient,
  type TransactionAction,
} from '@azure/data-tables';
import { messageOf } from '#platform/failure.ts';
import type { AzureCredential } from './credential.ts';
import { type Migrations, RowVersions } from './rowVersions.ts';
import { traced } from './telemetry.ts';

/** A Storage table as it is declared once: local mode, the Bicep check and `docs/tables.md` read this. */
export type TableDeclaration = {
  /** Storage's rule: 3 to 63 letters and digits. */
  readonly name: string;
  readonly description: string;
  /** What the keys are made of, and why. */
  readonly keys: string;
};

export type Row = Record<string, unknown>;
export type StoredRow<T extends Row = Row> = T & { readonly rowKey: string; readonly etag: string };
export type RowWrite =
  | { readonly kind: 'insert'; readonly rowKey: string; readonly row: Row }
  | { readonly kind: 'upsert' | 'merge'; readonly rowKey: string; readonly row: Row }
  | { readonly kind: 'replace'; readonly rowKey: string; readonly row: Row; readonly etag: string }
  /** Unconditional: the client library sends no ETag for a delete inside a transaction. */
  | { readonly kind: 'delete'; readonly rowKey: string };

export type Range = {
  /** Lowest row key, inclusive. */
  readonly from?: string;
  /** Row keys below this one. */
  readonly to?: string;
  readonly select?: readonly string[];
  /** Rows a page; 1,000 is the most that the service gives. */
  readonly pageSize?: number;
};

/** Most operations that one entity group transaction takes. */
export const MAX_TRANSACTION = 100;
const MERGE_ATTEMPTS = 10;
const RETRIES = { maxRetries: 4, retryDelayInMs: 200 };
const STORAGE_COLUMNS = new Set(['partitionKey', 'rowKey', 'etag', 'timestamp']);

/** A transaction was refused because a row was not as expected; nothing of it was written. */
export class WriteConflict extends Error {
  override readonly name = 'WriteConflict';
  /** Index of the write that was refused. */
  readonly index: number;
  constructor(index: number, cause: unknown) {
    super(`write ${index} of the transaction met a row that was not as expected`, { cause });
    this.index = index;
  }
}

/** One partition of one table: the only way to rows, and it can only be had with its key. */
export class Partition {
  readonly #client: TableClient;
  readonly #versions: RowVersions;
  readonly #key: string;

  constructor({ client, versions }: OpenTable, key: string) {
    this.#client = client;
    this.#versions = versions;
    this.#key = key;
  }

  /** The row, or undefined where there is none. */
  async get<T extends Row>(rowKey: string): Promise<StoredRow<T> | undefined> {
    try {
      const row = await this.#traced('get', () => this.#client.getEntity<T>(this.#key, rowKey));
      return this.#versions.lift(toStored<T>(row));
    } catch (error) {
      if (error instanceof RestError && error.statusCode === 404 && error.code !== 'TableNotFound')
        return undefined;
      throw error;
    }
  }

  /** Rows of a range in row key order, a storage page (at most 1,000 rows) at a time. */
  async *pages<T extends Row>(range: Range = {}): AsyncGenerator<StoredRow<T>[]> {
    const conditions = [`PartitionKey eq '${quote(this.#key)}'`];
    if (range.from !== undefined) conditions.push(`RowKey ge '${quote(range.from)}'`);
    if (range.to !== undefined) conditions.push(`RowKey lt '${quote(range.to)}'`);
    const queryOptions = {
      filter: conditions.join(' and '),
      ...(range.select && { select: this.#versions.columns(['RowKey', ...range.select]) }),
    };
    const pages = this.#client
      .listEntities<T>({ queryOptions })
      .byPage({ maxPageSize: range.pageSize ?? 1000 });
    for await (const page of pages) yield page.map((row) => this.#versions.lift(toStored<T>(row)));
  }

  /** All rows of a range. For ranges known to be small. */
  async list<T extends Row>(range: Range = {}): Promise<StoredRow<T>[]> {
    const rows: StoredRow<T>[] = [];
    for await (const page of this.pages<T>(range)) rows.push(...page);
    return rows;
  }

  /**
   * All writes or none (entity group transaction, at most 100 of them, 4 MiB in all).
   * Returns the new ETags in the order of the writes.
   * @throws WriteConflict when an insert finds a row, or an ETag does not match
   */
  async transaction(writes: readonly RowWrite[]): Promise<(string | undefined)[]> {
    try {
      const stored = await Promise.all(writes.map((write) => this.#toStoredShape(write)));
      const actions = stored.map((write) => toAction(this.#key, write));
      const response = await this.#traced('transaction', () => this.#client.submitTransaction(actions));
      return response.subResponses.map((part) => part.etag);
    } catch (error) {
      if (isConflict(error)) {
        throw new WriteConflict(failedIndex(error), error);
      }
      throw error;
    }
  }

  /** The write as it is stored; once rows have changed their shape, a merge is made a replacement of what is there. */
  async #toStoredShape(write: RowWrite): Promise<RowWrite> {
    if (write.kind === 'delete') return write;
    if (write.kind !== 'merge') return { ...write, row: this.#versions.lower(write.row) };
    if (!this.#versions.isMigrated) return { ...write, row: this.#versions.part(write.row) };
    const found = await this.get(write.rowKey);
    if (!found) return { kind: 'insert', rowKey: write.rowKey, row: this.#versions.lower(write.row) };
    const row = this.#versions.lower({ ...columnsOf(found), ...write.row });
    return { kind: 'replace', rowKey: write.rowKey, row, etag: found.etag };
  }

  #traced<T>(operation: string, work: () => Promise<T>): Promise<T> {
    return traced(
      `table ${operation}`,
      { kind: 'client', attributes: { 'db.collection.name': this.#client.tableName } },
      work,
    );
  }

  /** Removes rows, in transactions; one that another instance has removed already is no trouble. */
  async remove(rowKeys: readonly string[]): Promise<void> {
    for (let at = 0; at < rowKeys.length; at += MAX_TRANSACTION) {
      const part = rowKeys.slice(at, at + MAX_TRANSACTION);
      try {
        await this.transaction(part.map((rowKey) => ({ kind: 'delete', rowKey })));
      } catch (error) {
        if (!(error instanceof WriteConflict)) throw error;
        if (part.length > 1) await Promise.all(part.map((rowKey) => this.remove([rowKey])));
      }
    }
  }

  /** A single write; returns the new ETag. @throws WriteConflict */
  async write(write: RowWrite): Promise<string | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const [etag] = await this.transaction([write]);
        return etag;
      } catch (error) {
        // A merge conflicts with nothing; the read that it may take does.
        const isMerge = write.kind === 'merge' && error instanceof WriteConflict;
        if (!isMerge || attempt === MERGE_ATTEMPTS) throw error;
      }
    }
  }
}

/** A table of the account. Partition keys are composed here, the tenant always first. */
export class Table {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  /** A partition that belongs to a tenant. */
  forTenant(tenantId: string, ...parts: readonly string[]): Partition {
    if (tenantId === '' || tenantId.includes('|')) throw new TypeError('a tenant id is required');
    return new Partition(this.#open, [tenantId, ...parts].join('|'));
  }

  /** A partition of the system's own, which belongs to no tenant (owner look-ups, key hashes). */
  system(name: string): Partition {
    return new Partition(this.#open, `!${name}`);
  }
}

/** The storage account's tables. */
export class Tables {
  readonly #open: (name: string) => TableClient;
  readonly #service: TableServiceClient;
  readonly #tables = new Map<string, Table>();
  readonly #migrations: Migrations;

  constructor(options: TablesOptions) {
    const { connectionString, endpoint, credential, migrations = {} } = options;
    this.#migrations = migrations;
    const clientOptions = { retryOptions: RETRIES, additionalPolicies: [ASCII_LINES] };
    if (connectionString) {
      const emulator = { ...clientOptions, allowInsecureConnection: true };
      this.#open = (name) => TableClient.fromConnectionString(connectionString, name, emulator);
      this.#service = TableServiceClient.fromConnectionString(connectionString, emulator);
      return;
    }
    if (!endpoint || !credential) throw new TypeError('a table endpoint and a credential are required');
    this.#open = (name) => new TableClient(endpoint, name, credential, clientOptions);
    this.#service = new TableServiceClient(endpoint, credential, clientOptions);
  }

  open(declaration: TableDeclaration): Table {
    const known = this.#tables.get(declaration.name);
    if (known) return known;
    const table = new Table({
      client: this.#open(declaration.name),
      versions: this.#versionsOf(declaration),
    });
    this.#tables.set(declaration.name, table);
    return table;
  }

  /**
   * Rewrites rows that are older than this code's version of the table, all partitions, beginning at a token of an
   * earlier run. After each page it tells how far it is. A row that changes meanwhile is left to whoever changed it;
   * a run that rewrites nothing has seen none that is old.
   */
  async *rewrite(declaration: TableDeclaration, token?: string): AsyncGenerator<Rewritten> {
    const client = this.#open(declaration.name);
    const versions = this.#versionsOf(declaration);
    const settings = { maxPageSize: 1000, ...(token !== undefined && { continuationToken: token }) };
    for await (const page of client.listEntities().byPage(settings)) {
      const old = page.filter((row) => versions.versionOf(row) < versions.current);
      let rewritten = 0;
      for (const row of old) {
        const stored = versions.lift(toStored(row));
        const { rowKey, etag } = stored;
        const partition = new Partition({ client, versions }, String(row.partitionKey));
        try {
          await partition.write({ kind: 'replace', rowKey, row: columnsOf(stored), etag });
          rewritten += 1;
        } catch (error) {
          if (!(error instanceof WriteConflict)) throw error;
        }
      }
      yield { rows: page.length, rewritten, next: page.continuationToken };
    }
  }

  #versionsOf({ name }: TableDeclaration): RowVersions {
    return new RowVersions(this.#migrations[name]);
  }

  /** Creates the tables that are missing. In Azure, Bicep has made them and the call finds them there. */
  async create(declarations: readonly TableDeclaration[]): Promise<void> {
    await Promise.all(declarations.map(({ name }) => this.#service.createTable(name)));
  }

  /** Resolves when the service answers; rejects with its error. */
  async ping(): Promise<void> {
    await this.#service.listTables().byPage({ maxPageSize: 1 }).next();
  }
}

export type TablesOptions = {
  readonly connectionString?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly credential?: AzureCredential | undefined;
  /** Changes of the shape of rows that this code knows. */
  readonly migrations?: Migrations | undefined;
};

/** A page of {@link Tables.rewrite}; `next` is absent after the last. */
export type Rewritten = {
  readonly rows: number;
  readonly rewritten: number;
  readonly next: string | undefined;
};

type OpenTable = { readonly client: TableClient; readonly versions: RowVersions };

function quote(text: string): string {
  return text.replaceAll("'", "''");
}

/** What a row holds beside what storage says of it. */
function columnsOf(row: StoredRow): Row {
  const names = Object.keys(row).filter((name) => !STORAGE_COLUMNS.has(name) && !name.startsWith('odata.'));
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

function toStored<T extends Row>(
  entity: TableEntityResult<T> | GetTableEntityResponse<TableEntityResult<T>>,
): StoredRow<T> {
  return entity as unknown as StoredRow<T>;
}

function toAction(partitionKey: string, write: RowWrite): TransactionAction {
  const key = { partitionKey, rowKey: write.rowKey };
  switch (write.kind) {
    case 'insert':
      return ['create', { ...write.row, ...key } as TableEntity];
    case 'upsert':
      return ['upsert', { ...write.row, ...key } as TableEntity, 'Replace'];
    case 'merge':
      return ['upsert', { ...write.row, ...key } as TableEntity, 'Merge'];
    case 'replace':
      return ['update', { ...write.row, ...key } as TableEntity, 'Replace', { etag: write.etag }];
    case 'delete':
      return ['delete', key];
  }
}

/**
 * Writes the two line separators of Unicode as JSON escapes, which every reader takes for the same characters. Azurite
 * (3.37) takes the raw ones for ends of lines of a transaction's parts, fails, and fails every later one too. Outside
 * of JSON texts a body is ASCII: keys in its URLs are percent-encoded.
 */
export const ASCII_LINES: AdditionalPolicyConfig = {
  position: 'perCall',
  policy: {
    name: 'lineSeparators',
    sendRequest(request, next) {
      if (typeof request.body === 'string')
        request.body = request.body.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
      return next(request);
    },
  },
};

/** 404 of a row, not of the table; 409 of a row that is there already; 412 of another ETag. */
function isConflict(error: unknown): error is RestError {
  if (!(error instanceof RestError)) return false;
  return (
    [404, 409, 412].includes(error.statusCode ?? 0) && !/^(Table|InvalidDuplicateRow)/.test(error.code ?? '')
  );
}

/** Storage names the refused operation as `INDEX:message` (Table service error codes, entity group transactions). */
function failedIndex(error: RestError): number {
  const index = /"value":\s*"(\d+):|^(\d+):/.exec(messageOf(error));
  return Number(index?.[1] ?? index?.[2] ?? 0);
}
