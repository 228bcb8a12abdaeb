import { failure, shown } from '../expressions/fault.ts';
import type { Json } from '../json/json.ts';
import { parseMoment, roundTripText } from '../text/dates.ts';
import { integer, text } from './arguments.ts';
import type { PlainFunction } from './function.ts';

/** Date functions of policy rules. Source: "Azure Policy definition structure policy rule", "Policy functions". */
export const dateFunctions: readonly PlainFunction[] = [{ name: 'addDays', arity: [2, 2], call: addDays }];

const UNIVERSAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?Z$/;

function addDays(args: readonly Json[]): Json {
  const start = text(args, 'addDays');
  const days = integer(args, 'addDays', 1);
  const moment = UNIVERSAL.test(start) ? parseMoment(start) : null;
  if (moment === null) throw failure(`addDays(): ${shown(start)} is not a universal ISO 8601 date and time`);
  const result = roundTripText({ ...moment, seconds: moment.seconds + days * 86_400 });
  if (result === null) throw failure(`addDays(): ${days} days from ${start} is out of range`);
  return result;
}
