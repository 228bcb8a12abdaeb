import * as z from 'zod';
import { decodeCursor, encodeCursor } from '#http/cursor.ts';

const Place = z.array(z.union([z.string(), z.number()]));
/** Where an item stands in its list: compared part by part. */
type Place = z.infer<typeof Place>;
type PageOptions<T> = {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly placeOf: (item: T) => Place;
};

/** A page of items in the order of their places. @throws Failure `invalid` for a cursor that is not ours */
export function pageOf<T>(
  items: readonly T[],
  { limit, cursor, placeOf }: PageOptions<T>,
): { data: T[]; nextCursor: string | null } {
  const sorted = items.toSorted((one, other) => compare(placeOf(one), placeOf(other)));
  const after = cursor === undefined ? undefined : decodeCursor(cursor, Place);
  const rest = after ? sorted.filter((item) => compare(placeOf(item), after) > 0) : sorted;
  const last = rest[limit - 1];
  const nextCursor = last && rest.length > limit ? encodeCursor(placeOf(last)) : null;
  return { data: rest.slice(0, limit), nextCursor };
}

function compare(one: Place, other: Place): number {
  for (const [index, part] of one.entries()) {
    const against = other[index];
    if (against === undefined || part === against) continue;
    return part < against ? -1 : 1;
  }
  return 0;
}
