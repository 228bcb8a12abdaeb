const MAX_TIME = 0xffff_ffff_ffff;

/** Hex digits of a time (ISO 8601) that sort the newest first. */
export function newestFirst(time: string): string {
  return (MAX_TIME - Math.max(0, Date.parse(time))).toString(16).padStart(12, '0');
}
