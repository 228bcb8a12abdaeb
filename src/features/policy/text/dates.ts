/** A moment as a document spells it. */
export interface Moment {
  /** Seconds since 1970-01-01T00:00:00Z. */
  readonly seconds: number;
  /** Digits after the second, as given; '' when there are none. */
  readonly fraction: string;
  /** Minutes east of UTC; null when the text names no zone (read as UTC). */
  readonly offset: number | null;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(Z|[+-]\d\d:\d\d)?$/i;

/** Reads an ISO 8601 date or date and time (a space may stand for the T); null when it is none. */
export function parseMoment(text: string): Moment | null {
  if (text.length > 40) return null;
  const parts = ISO.exec(text);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  const date = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
  const offset = parseOffset(parts[8]);
  if (!sameDate(date, [month, day, hour, minute, second])) return null;
  return { seconds: date / 1000 - (offset ?? 0) * 60, fraction: parts[7] ?? '', offset };
}

function parseOffset(zone: string | undefined): number | null {
  if (zone === undefined) return null;
  if (zone === 'Z' || zone === 'z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** Rejects days such as 31 February, which Date.UTC would carry over. */
function sameDate(milliseconds: number, parts: readonly (number | undefined)[]): boolean {
  const date = new Date(milliseconds);
  const [month, day, hour, minute, second] = parts;
  return (
    date.getUTCMonth() + 1 === month &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second
  );
}

/** Whether a text is a full date and time, so that ordering compares moments rather than letters. */
export function isDateTime(text: string): boolean {
  return text.length >= 16 && text.charCodeAt(4) === 0x2d && text.charCodeAt(10) === 0x54;
}

/** Orders two moments: negative, zero or positive. */
export function compareMoments(left: Moment, right: Moment): number {
  return left.seconds - right.seconds || Number(`0.${left.fraction}`) - Number(`0.${right.fraction}`);
}

/** Azure's round-trip form, `yyyy-MM-ddTHH:mm:ss.fffffffZ`; null outside the years 1 to 9999. */
export function roundTripText(moment: Moment): string | null {
  const date = dateParts(moment.seconds);
  return date === null ? null : `${date}.${moment.fraction.slice(0, 7).padEnd(7, '0')}Z`;
}

/** `yyyy-MM-ddTHH:mm:ss` in UTC; null outside the years 1 to 9999. */
export function dateParts(seconds: number): string | null {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  return Number.isNaN(year) || year < 1 || year > 9999 ? null : date.toISOString().slice(0, 19);
}
