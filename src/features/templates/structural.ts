import { callTemplateFunction, type Json } from '#features/policy/index.ts';
import { isValueArray, isValueObject, known, NotKnown, Unknown, type Value } from './value.ts';

/** Functions that arrange members without looking into them: a member may be unknown. */
const ARRANGING = new Set([
  'array',
  'coalesce',
  'empty',
  'first',
  'flatten',
  'indexfromend',
  'items',
  'last',
  'length',
  'objectkeys',
  'shallowmerge',
  'skip',
  'take',
  'tryget',
  'tryindexfromend',
  'union',
]);

/**
 * Calls a function that templates share with policy rules.
 * @throws NotKnown where it needs what is unknown; ExpressionFault where the arguments do not fit
 */
export function callShared(name: string, args: readonly Value[]): Value {
  const lower = name.toLowerCase();
  if (!isArranging(lower, args)) return callTemplateFunction(name, args.map(known));
  const hidden: Unknown[] = [];
  const result = callTemplateFunction(
    name,
    args.map((each) => hide(each, hidden)),
  );
  return show(result, hidden);
}

function isArranging(lower: string, args: readonly Value[]): boolean {
  const whole = args.find((each) => each instanceof Unknown);
  if (whole instanceof Unknown) throw new NotKnown(whole.text);
  if (lower === 'concat') return args.every(isValueArray);
  // Nothing but null equals null, whatever it holds.
  if (lower === 'equals') return args.includes(null);
  return ARRANGING.has(lower);
}

const MARK = '\u0000unknown:';

function hide(value: Value, hidden: Unknown[]): Json {
  if (value instanceof Unknown) return `${MARK}${hidden.push(value) - 1}`;
  if (isValueArray(value)) return value.map((item) => hide(item, hidden));
  if (!isValueObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hide(item, hidden)]));
}

function show(value: Value, hidden: readonly Unknown[]): Value {
  if (typeof value === 'string' && value.startsWith(MARK))
    return hidden[Number(value.slice(MARK.length))] ?? null;
  if (isValueArray(value)) return value.map((item) => show(item, hidden));
  if (!isValueObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, show(item, hidden)]));
}
