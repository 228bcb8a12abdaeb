import { parseTemplate } from '../expressions/template.ts';
import { isArray, isObject, type Json, type JsonObject } from '../json/json.ts';
import { limits } from '../limits.ts';
import { report } from '../problems.ts';
import { nearest } from '../text/nearest.ts';
import type { Condition, LeftSide } from './ast.ts';
import { type ConditionParse, keysByLowerCase } from './context.ts';

const KEYS = ['field', 'value', 'name', 'where'];

/** What a count is parsed with: conditions are parsed by the caller, who knows counts in turn. */
interface CountContext extends ConditionParse {
  readonly parse: (json: Json, path: string, context: ConditionParse) => Condition | null;
}

interface CountParse {
  readonly path: string;
  readonly keys: ReadonlyMap<string, string>;
  readonly context: ConditionParse;
  readonly where: Condition | null;
}

/** Parses the object of a `count`. @returns null after reporting why it is none */
export function parseCount(json: Json, path: string, context: CountContext): LeftSide | null {
  if (!isObject(json)) return wrong(context, path, 'count expects an object');
  const keys = keysByLowerCase(json, path, context.problems);
  for (const [lower, key] of keys) {
    if (KEYS.includes(lower)) continue;
    const place = { path: `${path}.${key}`, nearest: nearest(key, KEYS) };
    report(context.problems, 'unknownKey', { ...place, reason: `count has no ${key}` });
  }
  if (keys.has('field') === keys.has('value'))
    return wrong(context, path, 'count needs either field or value');
  const whereKey = keys.get('where');
  const below = { ...context, depth: context.depth + 1 };
  const where =
    whereKey === undefined ? null : context.parse(json[whereKey] ?? null, `${path}.${whereKey}`, below);
  if (whereKey !== undefined && where === null) return null;
  const parsed = { path, keys, context, where };
  return keys.has('field') ? parseFieldCount(json, parsed) : parseValueCount(json, parsed);
}

function wrong(context: ConditionParse, path: string, reason: string): null {
  report(context.problems, 'structure', { path, reason });
  return null;
}

function read(json: JsonObject, parsed: CountParse, key: string): Json | undefined {
  const spelling = parsed.keys.get(key);
  return spelling === undefined ? undefined : json[spelling];
}

function parseFieldCount(json: JsonObject, parsed: CountParse): LeftSide | null {
  const { path, context, where } = parsed;
  if (parsed.keys.has('name')) return wrong(context, `${path}.name`, 'only a count over values has a name');
  const field = read(json, parsed, 'field');
  if (typeof field !== 'string')
    return wrong(context, `${path}.field`, 'field expects an array alias, as text');
  if (!field.includes('[*]'))
    return wrong(context, `${path}.field`, `count needs an array alias: ${field}[*]`);
  return { kind: 'fieldCount', field, path, where };
}

function parseValueCount(json: JsonObject, parsed: CountParse): LeftSide | null {
  const { path, context, where } = parsed;
  const name = read(json, parsed, 'name') ?? 'default';
  if (typeof name !== 'string' || !/^\w+$/.test(name)) {
    return wrong(context, `${path}.name`, 'name expects letters and digits');
  }
  const raw = read(json, parsed, 'value') ?? null;
  const valuePath = `${path}.${parsed.keys.get('value') ?? 'value'}`;
  const value = parseTemplate(raw, valuePath, context.problems);
  if (value.kind === 'constant' && !isArray(value.value))
    return wrong(context, valuePath, 'value expects an array');
  if (isArray(raw) && raw.length > limits.valueCountIterations) {
    const reason = `a count over values has at most ${limits.valueCountIterations} of them`;
    report(context.problems, 'limit', { path: valuePath, reason });
  }
  return { kind: 'valueCount', value, name, path, where };
}
