import { failure, rejection } from '../expressions/fault.ts';
import type { Json } from '../json/json.ts';
import { dateParts, type Moment, parseMoment } from '../text/dates.ts';
import { string } from './arguments.ts';
import { argument, type PlainFunction } from './function.ts';

/** Date functions that regorus evaluates although Azure forbids most of them in policy rules. */
export const regorusDateFunctions: readonly PlainFunction[] = [
  { name: 'addDays', arity: [2, 2], call: addDays },
  { name: 'dateTimeAdd', arity: [2, 3], call: dateTimeAdd },
  { name: 'dateTimeFromEpoch', arity: [1, 1], call: fromEpoch },
  { name: 'dateTimeToEpoch', arity: [1, 1], call: toEpoch },
];

function moment(args: readonly Json[], name: string): Moment {
  const parsed = parseMoment(string(args, name));
  if (parsed === null) throw failure(`${name}(): the text is not a date`);
  return parsed;
}

function addDays(args: readonly Json[]): Json {
  const start = moment(args, 'addDays');
  const days = argument(args, 1);
  if (typeof days !== 'number') throw failure('addDays(): the number of days is not a number');
  return sameSpelling({ ...start, seconds: start.seconds + Math.trunc(days) * 86_400 });
}

const DURATION =
  /^([+-])?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
/** Seconds in a year, month, week, day, hour, minute and second; years and months are approximate, as in regorus. */
const UNITS = [365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3600, 60, 1];

function dateTimeAdd(args: readonly Json[]): Json {
  const start = moment(args, 'dateTimeAdd');
  const parts = DURATION.exec(string(args, 'dateTimeAdd', 1));
  if (parts === null || parts[0].length < 3) throw failure('dateTimeAdd(): the duration is not ISO 8601');
  const total = UNITS.reduce((sum, unit, i) => sum + unit * Number(parts[i + 2] ?? 0), 0);
  const end = { ...start, seconds: start.seconds + (parts[1] === '-' ? -total : total) };
  return args.length > 2 ? formatMoment(end, string(args, 'dateTimeAdd', 2)) : sameSpelling(end);
}

function fromEpoch(args: readonly Json[]): Json {
  const seconds = argument(args, 0);
  if (typeof seconds !== 'number') throw failure('dateTimeFromEpoch(): expected a number');
  return sameSpelling({ seconds: Math.trunc(seconds), fraction: '', offset: 0 });
}

function toEpoch(args: readonly Json[]): Json {
  return moment(args, 'dateTimeToEpoch').seconds;
}

/** ISO 8601 with the fraction and zone that the text came with. */
function sameSpelling(end: Moment): string {
  const offset = end.offset ?? 0;
  return `${local(end, offset)}${end.fraction === '' ? '' : `.${end.fraction}`}${zone(offset)}`;
}

function local(end: Moment, offset: number): string {
  const text = dateParts(end.seconds + offset * 60);
  if (text === null) throw failure('the date is out of range');
  return text;
}

function zone(offset: number): string {
  if (offset === 0) return 'Z';
  const minutes = Math.abs(offset);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** .NET standard date formats (invariant culture) as custom pictures; those marked `utc` convert first. */
const standard: Readonly<Record<string, { readonly picture: string; readonly utc?: boolean }>> = {
  d: { picture: 'MM/dd/yyyy' },
  D: { picture: 'dddd, dd MMMM yyyy' },
  f: { picture: 'dddd, dd MMMM yyyy HH:mm' },
  F: { picture: 'dddd, dd MMMM yyyy HH:mm:ss' },
  g: { picture: 'MM/dd/yyyy HH:mm' },
  G: { picture: 'MM/dd/yyyy HH:mm:ss' },
  m: { picture: 'MMMM dd' },
  M: { picture: 'MMMM dd' },
  o: { picture: 'yyyy-MM-ddTHH:mm:ss.fffffffK' },
  O: { picture: 'yyyy-MM-ddTHH:mm:ss.fffffffK' },
  r: { picture: "ddd, dd MMM yyyy HH:mm:ss 'GMT'", utc: true },
  R: { picture: "ddd, dd MMM yyyy HH:mm:ss 'GMT'", utc: true },
  s: { picture: 'yyyy-MM-ddTHH:mm:ss' },
  t: { picture: 'HH:mm' },
  T: { picture: 'HH:mm:ss' },
  u: { picture: "yyyy-MM-dd HH:mm:ss'Z'", utc: true },
  U: { picture: 'dddd, dd MMMM yyyy HH:mm:ss', utc: true },
  y: { picture: 'yyyy MMMM' },
  Y: { picture: 'yyyy MMMM' },
};

function formatMoment(end: Moment, format: string): string {
  if (format.length !== 1) return paint(end, format, end.offset ?? 0);
  const known = Object.hasOwn(standard, format) ? standard[format] : undefined;
  if (known === undefined) throw rejection(`dateTimeAdd: unrecognised standard format specifier '${format}'`);
  return paint(end, known.picture, known.utc ? 0 : (end.offset ?? 0));
}

const TOKENS = /'[^']*'|yyyy|yy|MMMM|MMM|MM|M|dddd|ddd|dd|d|HH|H|hh|h|mm|m|ss|s|f{1,7}|tt|K|zzz/g;

function paint(end: Moment, picture: string, offset: number): string {
  const text = local(end, offset);
  const date = new Date(`${text}Z`);
  return picture.replaceAll(TOKENS, (token) =>
    paintToken(token, { date, text, fraction: end.fraction, offset }),
  );
}

interface Painted {
  readonly date: Date;
  readonly text: string;
  readonly fraction: string;
  readonly offset: number;
}

function paintToken(token: string, at: Painted): string {
  if (token.startsWith("'")) return token.slice(1, -1);
  if (token.startsWith('f')) return at.fraction.padEnd(7, '0').slice(0, token.length);
  return tokens[token]?.(at) ?? token;
}

const trimmed = (digits: string) => String(Number(digits));
const name = (at: Painted, options: Intl.DateTimeFormatOptions) =>
  at.date.toLocaleDateString('en-US', { ...options, timeZone: 'UTC' });
const hour12 = (at: Painted) => String(Number(at.text.slice(11, 13)) % 12 || 12);

const tokens: Readonly<Record<string, (at: Painted) => string>> = {
  yyyy: (at) => at.text.slice(0, 4),
  yy: (at) => at.text.slice(2, 4),
  MMMM: (at) => name(at, { month: 'long' }),
  MMM: (at) => name(at, { month: 'short' }),
  MM: (at) => at.text.slice(5, 7),
  M: (at) => trimmed(at.text.slice(5, 7)),
  dddd: (at) => name(at, { weekday: 'long' }),
  ddd: (at) => name(at, { weekday: 'short' }),
  dd: (at) => at.text.slice(8, 10),
  d: (at) => trimmed(at.text.slice(8, 10)),
  HH: (at) => at.text.slice(11, 13),
  H: (at) => trimmed(at.text.slice(11, 13)),
  hh: (at) => hour12(at).padStart(2, '0'),
  h: hour12,
  mm: (at) => at.text.slice(14, 16),
  m: (at) => trimmed(at.text.slice(14, 16)),
  ss: (at) => at.text.slice(17, 19),
  s: (at) => trimmed(at.text.slice(17, 19)),
  tt: (at) => (Number(at.text.slice(11, 13)) < 12 ? 'AM' : 'PM'),
  K: (at) => zone(at.offset),
  zzz: (at) => (at.offset === 0 ? '+00:00' : zone(at.offset)),
};
