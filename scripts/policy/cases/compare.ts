import { isDeepStrictEqual } from 'node:util';

/** Deep equality of JSON values; the order of keys does not matter. */
export function sameJson(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(plain(left), plain(right));
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
