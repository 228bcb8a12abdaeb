/** A value as text: strings as they are, numbers and booleans written out, anything else the fallback. */
export function textOr(value: unknown, fallback: string): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? value.toString()
    : fallback;
}
