import * as z from 'zod';
import type { Place, ResourceQuery, SortField } from '#features/search/index.ts';
import { Failure } from '#platform/failure.ts';

const Cursor = z.tuple([z.string(), z.boolean(), z.string(), z.string()]);

/** Opaque text for the place where a page ended; stays right when resources come and go. */
export function encodeCursor(query: ResourceQuery, end: Place): string {
  return Buffer.from(JSON.stringify([query.sort, query.descending, end.value, end.id])).toString('base64url');
}

/** @throws Failure `invalid` for a cursor that is not ours or belongs to another sort order */
export function decodeCursor(text: string, order: { sort: SortField; descending: boolean }): Place {
  const parsed = Cursor.safeParse(fromBase64Json(text));
  if (!parsed.success)
    throw invalidCursor('not a cursor of ours', 'use nextCursor of the answer before as it is');
  const [sort, descending, value, id] = parsed.data;
  if (sort !== order.sort || descending !== order.descending) {
    throw invalidCursor(
      'belongs to another sort order',
      'keep sort and filters as they were on the first page',
    );
  }
  return { value, id };
}

function fromBase64Json(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}

function invalidCursor(reason: string, fix: string): Failure {
  return new Failure('invalid', 'the query is not valid', { problems: [{ field: 'cursor', reason, fix }] });
}
