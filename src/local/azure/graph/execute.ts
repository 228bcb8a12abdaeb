import { unknownTable } from './failure.ts';
import { parseQuery } from './parser.ts';
import type { Relation, Source } from './relation.ts';
import type { TableScope } from './tables/scope.ts';
import { tables } from './tables.ts';
import { type Continuation, queryHash, readToken, writeToken } from './tokens.ts';

export type PageRequest = {
  readonly query: string;
  readonly top: number;
  readonly skip: number;
  readonly skipToken: string | undefined;
};

export type Page = {
  readonly relation: Relation;
  readonly rows: readonly Source[];
  readonly total: number;
  readonly truncated: boolean;
  readonly skipToken: string | undefined;
};

/**
 * Runs one page of a query. Rows come in the order of their ids unless the query orders them otherwise; real Resource
 * Graph promises no order across pages to a query without `order by`, so callers must not rely on it.
 */
export async function runPage(request: PageRequest, scope: TableScope): Promise<Page> {
  const { table, steps } = parseQuery(request.query);
  const open = tables[table];
  if (open === undefined) throw unknownTable(table);
  const context = { now: scope.now };
  const relation = steps.reduce((input, step) => step(input, context), open(scope));
  const hash = queryHash([request.query, scope.subscriptionIds]);
  const from = request.skipToken === undefined ? undefined : readToken(request.skipToken, hash, scope.now);
  const skip = from === undefined ? request.skip : (from.offset ?? 0);
  const { rows, total, more } = await readRows(relation, { top: request.top, skip, from });
  const hasId = relation.columns.some((column) => column.name === 'id');
  const last = rows.at(-1);
  const resumable = relation.position !== undefined && last !== undefined;
  const next = resumable ? { after: relation.position?.(last) } : { offset: skip + rows.length };
  const skipToken = more && hasId ? writeToken({ query: hash, total, ...next }, scope.now) : undefined;
  return { relation, rows, total, truncated: more, skipToken };
}

type Reading = { readonly top: number; readonly skip: number; readonly from: Continuation | undefined };

/** Reads a page, one row more to see whether that is all, and on to the end where the total is not yet known. */
async function readRows(
  relation: Relation,
  reading: Reading,
): Promise<{ rows: Source[]; total: number; more: boolean }> {
  const { top, skip, from } = reading;
  const known = from?.total ?? relation.size?.();
  const rows: Source[] = [];
  let seen = 0;
  let more = false;
  for await (const batch of relation.read(from?.after)) {
    const wanted = batch.slice(Math.max(0, skip - seen));
    if (wanted.length > 0 || seen >= skip) {
      const room = top - rows.length;
      for (const source of room > 0 ? wanted.slice(0, room) : []) rows.push(source);
      more ||= wanted.length > room;
    }
    seen += batch.length;
    if (more && known !== undefined) break;
  }
  return { rows, total: known ?? seen, more };
}
