/** A time as ISO 8601, UTC; null for what is none. */
export function toTime(text: string | undefined): string | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
