import { hash } from 'node:crypto';
import type { Claim, IdempotencyStore, KeptAnswer } from '#http/ports.ts';
import type { Clock } from '#platform/clock.ts';
import { Failure, type FailureCode, type FailureDetails, messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import {
  type Partition,
  type Row,
  type StoredRow,
  type Table,
  type TableDeclaration,
  type Tables,
  WriteConflict,
} from '#platform/tables.ts';
import { seal, unseal } from './sealing.ts';

export const idempotencyTable: TableDeclaration = {
  name: 'idempotency',
  description: 'Idempotency keys: only their hashes, with the answer, sealed with the key itself.',
  keys: 'PartitionKey = tenant, RowKey = SHA-256 of caller, route and key. PartitionKey = !tenants, RowKey = tenant: what the retention walks.',
};

/** `at`: when it began; `until`: when it is forgotten. ISO 8601. */
type KeyRow = { state: 'running' | 'done'; fingerprint: string; at: string; until: string };
type ClaimRequest = Parameters<IdempotencyStore['claim']>[0];
type SavedFailure = { code: FailureCode; message: string; details: FailureDetails };
type Saved = { answer: Extract<KeptAnswer, { answer: unknown }>['answer'] } | { failure: SavedFailure };

const TTL_MS = 24 * 3_600_000;
/** Longer than any call may take: what is still running then died with its process. */
const ABANDONED_MS = 300_000;
/** A binary property holds 64 KiB, a row 1 MiB. */
const PIECE = 64_000;
const MAX_PIECES = 10;

/** Answers by idempotency key, on all instances, for 24 hours. */
export class Idempotency implements IdempotencyStore {
  readonly #table: Table;
  readonly #clock: Clock;
  readonly #tenants = new Set<string>();

  constructor(ports: { tables: Tables; clock: Clock }) {
    this.#table = ports.tables.open(idempotencyTable);
    this.#clock = ports.clock;
  }

  /** Takes the key for a first call, or says what was answered. @throws Failure `conflict` */
  async claim(request: ClaimRequest): Promise<Claim> {
    const { principal, route, key, fingerprint } = request;
    const rowKey = hash('sha256', JSON.stringify([principal.id, route, key]));
    const partition = this.#table.forTenant(principal.tenantId);
    await this.#noteTenant(principal.tenantId);
    const now = this.#clock.now().getTime();
    const until = new Date(now + TTL_MS).toISOString();
    const row: KeyRow = { state: 'running', fingerprint, at: new Date(now).toISOString(), until };
    const taken = await take(partition, rowKey, row);
    if (taken.kind === 'taken') return this.#claimed(partition, rowKey, { key, row, etag: taken.etag });
    const { found } = taken;
    if (found.fingerprint !== fingerprint) throw reused();
    if (found.state === 'running') throw underWay();
    return { replay: await restore(found, key), keep: async () => undefined, drop: async () => undefined };
  }

  #claimed(partition: Partition, rowKey: string, claim: { key: string; row: KeyRow; etag: string }): Claim {
    const { key, row, etag } = claim;
    return {
      replay: undefined,
      keep: (kept) =>
        noted(async () => {
          const pieces = toPieces(await seal(JSON.stringify(toSaved(kept)), key, rowKey));
          await partition.write({ kind: 'replace', rowKey, row: { ...row, state: 'done', ...pieces }, etag });
        }),
      drop: () => noted(() => partition.write({ kind: 'delete', rowKey })),
    };
  }

  /** Removes keys that are older than their time. Returns how many. */
  async forget(): Promise<number> {
    const now = this.#clock.now().toISOString();
    let forgotten = 0;
    for (const { rowKey: tenantId } of await this.#table.system('tenants').list()) {
      const partition = this.#table.forTenant(tenantId);
      for await (const page of partition.pages<KeyRow>({ select: ['until'] })) {
        for (const { rowKey, until } of page) {
          if (until > now) continue;
          await noted(() => partition.write({ kind: 'delete', rowKey }));
          forgotten += 1;
        }
      }
    }
    return forgotten;
  }

  async #noteTenant(tenantId: string): Promise<void> {
    if (this.#tenants.has(tenantId)) return;
    await this.#table.system('tenants').write({ kind: 'upsert', rowKey: tenantId, row: {} });
    this.#tenants.add(tenantId);
  }
}

type Taken =
  | { readonly kind: 'taken'; readonly etag: string }
  | { readonly kind: 'found'; readonly found: StoredRow<KeyRow> };

/** Makes the row ours, unless one stands there that still counts. */
async function take(partition: Partition, rowKey: string, row: KeyRow): Promise<Taken> {
  try {
    return { kind: 'taken', etag: (await partition.write({ kind: 'insert', rowKey, row })) ?? '' };
  } catch (error) {
    if (!(error instanceof WriteConflict)) throw error;
  }
  const found = await partition.get<KeyRow>(rowKey);
  if (!found) return take(partition, rowKey, row);
  const isAbandoned = found.state === 'running' && Date.parse(row.at) - Date.parse(found.at) > ABANDONED_MS;
  if (!isAbandoned && found.until > row.at) return { kind: 'found', found };
  try {
    const write = { kind: 'replace', rowKey, row, etag: found.etag } as const;
    return { kind: 'taken', etag: (await partition.write(write)) ?? '' };
  } catch (error) {
    if (!(error instanceof WriteConflict)) throw error;
    return take(partition, rowKey, row);
  }
}

/** The call is done whatever becomes of this; a row that stays `running` frees its key after five minutes. */
async function noted(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error('an idempotency key could not be written', { error: messageOf(error) });
  }
}

function toSaved(kept: KeptAnswer): Saved {
  if ('answer' in kept) {
    const { audit: _, ...answer } = kept.answer;
    return { answer };
  }
  const { code, message, details } = kept.failure;
  const { cause: _, ...rest } = details;
  return { failure: { code, message, details: rest } };
}

function toPieces(sealed: Buffer): Row {
  const pieces: Row = {};
  const count = Math.ceil(sealed.length / PIECE);
  if (count > MAX_PIECES) return pieces;
  for (let piece = 0; piece < count; piece += 1) {
    pieces[`sealed${piece}`] = new Uint8Array(sealed.subarray(piece * PIECE, (piece + 1) * PIECE));
  }
  return pieces;
}

async function restore(row: StoredRow, key: string): Promise<KeptAnswer> {
  const pieces: Uint8Array[] = [];
  for (let piece = 0; row[`sealed${piece}`] instanceof Uint8Array; piece += 1)
    pieces.push(row[`sealed${piece}`] as Uint8Array);
  if (pieces.length === 0) {
    const next = 'read what it made with GET';
    const message = 'this was done, and its answer was too large to be kept';
    return { failure: new Failure('conflict', message, { next }) };
  }
  const saved = JSON.parse(await unseal(Buffer.concat(pieces), key, row.rowKey)) as Saved;
  if ('answer' in saved) return saved;
  const { code, message, details } = saved.failure;
  return { failure: new Failure(code, message, details) };
}

function reused(): Failure {
  return new Failure('conflict', 'this Idempotency-Key was used for another request', {
    problemCode: 'IdempotencyKeyReused',
    next: 'send a key of its own with each new request',
  });
}

function underWay(): Failure {
  return new Failure('conflict', 'the request with this Idempotency-Key is under way', {
    problemCode: 'IdempotencyKeyInUse',
    retryAfterSeconds: 1,
    next: 'send it again as it is after Retry-After',
  });
}
