import { isArray, isObject, type Json } from '../json/json.ts';
import { limits } from '../limits.ts';
import { type ProblemList, report } from '../problems.ts';
import type { Template } from './ast.ts';
import { isExpression, parseExpression, unescapeLiteral } from './parse.ts';

/**
 * Reads a JSON value whose strings may be expressions; problems are reported with their paths.
 * A string that is not a valid expression becomes null.
 */
export function parseTemplate(value: Json, path: string, problems: ProblemList): Template {
  return parseAt(value, path, { problems, depth: 0 });
}

interface Place {
  readonly problems: ProblemList;
  readonly depth: number;
}

function parseAt(value: Json, path: string, place: Place): Template {
  if (typeof value === 'string') return parseText(value, path, place.problems);
  if (typeof value !== 'object' || value === null) return { kind: 'constant', value };
  if (place.depth >= limits.objectDepth) {
    report(place.problems, 'limit', {
      path,
      reason: `the value is nested deeper than ${limits.objectDepth} levels`,
    });
    return { kind: 'constant', value: null };
  }
  const below = { ...place, depth: place.depth + 1 };
  if (isArray(value)) return arrayOf(value.map((item, i) => parseAt(item, `${path}[${i}]`, below)));
  if (!isObject(value)) return { kind: 'constant', value: null };
  return objectOf(Object.entries(value).map(([key, item]) => [key, parseAt(item, `${path}.${key}`, below)]));
}

function parseText(text: string, path: string, problems: ProblemList): Template {
  if (!isExpression(text)) return { kind: 'constant', value: unescapeLiteral(text) };
  const parsed = parseExpression(text);
  if (parsed.ok) return { kind: 'expression', expression: parsed.expression, text, path };
  report(problems, parsed.limit ? 'limit' : 'expression', {
    path,
    reason: `${brief(text)}: ${parsed.reason}`,
  });
  return { kind: 'constant', value: null };
}

function arrayOf(items: readonly Template[]): Template {
  const values = items.flatMap((item) => (item.kind === 'constant' ? [item.value] : []));
  return values.length === items.length ? { kind: 'constant', value: values } : { kind: 'array', items };
}

function objectOf(entries: readonly (readonly [string, Template])[]): Template {
  const values = entries.flatMap(([key, item]) =>
    item.kind === 'constant' ? [[key, item.value] as const] : [],
  );
  if (values.length < entries.length) return { kind: 'object', entries };
  return { kind: 'constant', value: Object.fromEntries(values) };
}

/** An expression short enough for a message. */
export function brief(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
