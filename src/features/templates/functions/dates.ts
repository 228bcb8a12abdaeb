import { TemplateFault } from '../problem.ts';
import { known, type Value } from '../value.ts';
import { type FunctionCall, type TemplateFunction, textArgument } from './function.ts';

/** Source: "Date functions for ARM templates". */
export const dateFunctions: Readonly<Record<string, TemplateFunction>> = {
  utcNow: (call) => {
    const format = call.args.length > 0 ? textArgument(call, 0, 'utcNow') : "yyyyMMdd'T'HHmmss'Z'";
    return formatted(new Date(call.frame.utcNow), format);
  },
  dateTimeAdd,
  dateTimeToEpoch: (call) => Math.trunc(moment(call, 'dateTimeToEpoch').getTime() / 1000),
  dateTimeFromEpoch,
};

const DURATION =
  /^(-)?P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

function dateTimeAdd(call: FunctionCall): Value {
  const start = moment(call, 'dateTimeAdd');
  const duration = DURATION.exec(textArgument(call, 1, 'dateTimeAdd'));
  if (!duration) throw new TemplateFault(call.path, 'the duration of dateTimeAdd() is not ISO 8601 (P1DT2H)');
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = duration
    .slice(2)
    .map((part) => Number(part ?? 0) * (duration[1] ? -1 : 1));
  const end = new Date(start);
  end.setUTCFullYear(end.getUTCFullYear() + years, end.getUTCMonth() + months);
  end.setTime(end.getTime() + ((weeks * 7 + days) * 86_400 + hours * 3600 + minutes * 60 + seconds) * 1000);
  const format = call.args.length > 2 ? textArgument(call, 2, 'dateTimeAdd') : undefined;
  const text = isoText(end, call.path);
  return format === undefined ? text : formatted(end, format);
}

function dateTimeFromEpoch(call: FunctionCall): Value {
  const [first] = call.args;
  const seconds = first && known(call.evaluate(first));
  if (typeof seconds !== 'number')
    throw new TemplateFault(call.path, 'the argument of dateTimeFromEpoch() must be a number');
  return isoText(new Date(seconds * 1000), call.path);
}

function isoText(date: Date, path: string): string {
  if (Number.isNaN(date.getTime())) throw new TemplateFault(path, 'the date is out of range');
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

function moment(call: FunctionCall, name: string): Date {
  const text = textArgument(call, 0, name);
  const compact = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const date = new Date(compact ? text.replace(compact[0], iso(compact)) : text);
  if (Number.isNaN(date.getTime())) throw new TemplateFault(call.path, `${name}(): ${text} is not a date`);
  return date;
}

function iso([, year, month, day, hour, minute, second]: RegExpExecArray): string {
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

const STANDARD: Readonly<Record<string, string>> = {
  d: 'MM/dd/yyyy',
  u: "yyyy-MM-dd HH:mm:ss'Z'",
  s: "yyyy-MM-dd'T'HH:mm:ss",
  o: "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'",
  O: "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'",
};
const PIECE = /'([^']*)'|yyyy|yy|MM|M|dd|d|HH|H|mm|m|ss|s|f{1,7}|./gs;

/** .NET custom date format, invariant culture, of the pieces that templates use. */
function formatted(date: Date, format: string): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const pieces: Readonly<Record<string, () => string>> = {
    yyyy: () => String(date.getUTCFullYear()),
    yy: () => two(date.getUTCFullYear() % 100),
    MM: () => two(date.getUTCMonth() + 1),
    M: () => String(date.getUTCMonth() + 1),
    dd: () => two(date.getUTCDate()),
    d: () => String(date.getUTCDate()),
    HH: () => two(date.getUTCHours()),
    H: () => String(date.getUTCHours()),
    mm: () => two(date.getUTCMinutes()),
    m: () => String(date.getUTCMinutes()),
    ss: () => two(date.getUTCSeconds()),
    s: () => String(date.getUTCSeconds()),
  };
  return (STANDARD[format] ?? format).replace(PIECE, (piece, quoted: string | undefined) => {
    if (quoted !== undefined) return quoted;
    if (/^f+$/.test(piece))
      return `${date.getUTCMilliseconds()}`.padStart(3, '0').padEnd(7, '0').slice(0, piece.length);
    return pieces[piece]?.() ?? piece;
  });
}
