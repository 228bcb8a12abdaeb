import * as z from 'zod';
import { Failure } from '#platform/failure.ts';

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
  const after = cursor === undefined ? undefined : decode(cursor);
  const rest = after ? sorted.filter((item) => compare(placeOf(item), after) > 0) : sorted;
  const last = rest[limit - 1];
  const nextCursor = last && rest.length > limit ? encode(placeOf(last)) : null;
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

function encode(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function decode(text: string): Place {
  try {
    return Place.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    throw new Failure('invalid', 'the query is not valid', {
      problems: [
        {
          field: 'cursor',
          reason: 'not a cursor of ours',
          fix: 'use nextCursor of the answer before as it is',
        },
      ],
    });
  }
}
