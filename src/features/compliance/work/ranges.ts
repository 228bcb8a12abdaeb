/** A part of a whole evaluation: a segment, or a range of its resource keys (above `after`, not above `upTo`). */
export type Part = {
  readonly name: string;
  readonly segment: string;
  readonly range: string;
  readonly after: string;
  readonly upTo: string | undefined;
};

/** Resources above which a segment is evaluated in parts, side by side. */
const SPLIT = 20_000;
/** Keys are base 32 (`a`–`z`, `2`–`7`) and evenly spread. */
export const BOUNDS = ['', '6', 'c', 'g', 'k', 'o', 's', 'w'];

/** The parts of a segment that holds about so many resources. */
export function partsOf(segment: string, size: number): Part[] {
  if (size < SPLIT) return [toPart(segment, '')];
  return BOUNDS.map((bound, index) => toPart(segment, `${bound}-${BOUNDS[index + 1] ?? ''}`));
}

/** The part with a name that `partsOf` gave. */
export function parsePart(name: string): Part {
  const [segment = '', range = ''] = name.split('~');
  return toPart(segment, range);
}

function toPart(segment: string, range: string): Part {
  const [after = '', upTo = ''] = range.split('-');
  return {
    name: range === '' ? segment : `${segment}~${range}`,
    segment,
    range,
    after,
    upTo: upTo === '' ? undefined : upTo,
  };
}
