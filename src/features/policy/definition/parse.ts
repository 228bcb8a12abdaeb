import type { Condition } from '../conditions/ast.ts';
import { keysByLowerCase } from '../conditions/context.ts';
import { parseCondition } from '../conditions/parse.ts';
import type { Template } from '../expressions/ast.ts';
import { parseTemplate } from '../expressions/template.ts';
import { duplicateKeys } from '../json/duplicates.ts';
import { isObject, type Json, type JsonObject, readKeyOf, type Selected, wordOf } from '../json/json.ts';
import { reportMisspeltKeys, reportUnknownKeys } from '../keys.ts';
import { limits } from '../limits.ts';
import { type ProblemList, report } from '../problems.ts';
import { type Mode, parseMode } from './modes.ts';
import { type Parameter, parseParameters } from './parameters.ts';

/** A parsed definition. */
export interface ParsedDefinition {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly mode: Mode;
  readonly parameters: readonly Parameter[];
  /** Whether parameters are declared at all; a bare rule may use any. */
  readonly declaresParameters: boolean;
  readonly condition: Condition;
  readonly effect: Template;
  readonly details: Selected;
  /** JSON path of the details. */
  readonly detailsPath: string;
}

/**
 * Parses a definition: ARM's `{id, name, properties}`, its properties alone, a bare `{if, then}`, or any of them as
 * JSON text (only then are keys given twice seen).
 * @returns null after reporting every problem
 */
export function parseDefinition(source: unknown, problems: ProblemList): ParsedDefinition | null {
  const json = typeof source === 'string' ? parseText(source, problems) : (source as Json);
  if (!isObject(json)) {
    if (problems.all.length === 0)
      report(problems, 'structure', { path: '$', reason: 'expected a policy definition: an object' });
    return null;
  }
  const properties = readKeyOf(json, 'properties');
  if (isObject(properties) && readKeyOf(json, 'policyRule') === undefined) {
    reportBoth(json, properties, problems);
    return parseProperties(properties, { outer: json, problems, bareRule: false });
  }
  const isRule = readKeyOf(json, 'policyRule') === undefined && (hasKey(json, 'if') || hasKey(json, 'then'));
  return parseProperties(isRule ? { policyRule: json } : json, { outer: json, problems, bareRule: isRule });
}

function parseText(text: string, problems: ProblemList): Json | undefined {
  try {
    const json = JSON.parse(text) as Json;
    for (const { path, key } of duplicateKeys(text))
      report(problems, 'duplicateKey', { path, reason: `${key} is given twice` });
    return json;
  } catch (error) {
    report(problems, 'json', { path: '$', reason: error instanceof Error ? error.message : 'not JSON' });
    return undefined;
  }
}

function hasKey(json: JsonObject, key: string): boolean {
  return readKeyOf(json, key) !== undefined;
}

/** The same key inside and outside of `properties`: which one is meant cannot be told. */
function reportBoth(outer: JsonObject, properties: JsonObject, problems: ProblemList): void {
  const inner = new Set(Object.keys(properties).map((key) => key.toLowerCase()));
  for (const key of Object.keys(outer)) {
    if (!inner.has(key.toLowerCase())) continue;
    report(problems, 'duplicateKey', {
      path: `$.${key}`,
      reason: `${key} is given both inside and outside of properties`,
    });
  }
}

/** Stands for an `if` that has been reported, so that what is wrong with `then` is reported as well. */
const UNREADABLE: Condition = { kind: 'allOf', path: '$.policyRule.if', of: [] };

interface Parse {
  readonly outer: JsonObject;
  readonly problems: ProblemList;
  readonly bareRule: boolean;
}

function parseProperties(properties: JsonObject, parse: Parse): ParsedDefinition | null {
  const { outer, problems } = parse;
  keysByLowerCase(properties, '$', problems);
  const declared = readKeyOf(properties, 'parameters');
  const parameters = parseParameters(declared, '$.parameters', problems);
  reportMisspeltKeys(properties, ['policyRule', 'parameters'], { path: '$', problems });
  const mode = parse.bareRule ? ({ kind: 'all' } as const) : modeOf(readKeyOf(properties, 'mode'), problems);
  const rule = readKeyOf(properties, 'policyRule');
  if (!isObject(rule)) {
    report(problems, 'structure', {
      path: '$.policyRule',
      reason: 'a definition needs a policyRule with if and then',
    });
    return null;
  }
  keysByLowerCase(rule, '$.policyRule', problems);
  if (!parse.bareRule) reportUnknownKeys(rule, ['if', 'then'], { path: '$.policyRule', problems });
  const then = parseThen(rule, problems);
  const condition = parseIf(rule, problems) ?? UNREADABLE;
  if (then === null) return null;
  return {
    id: textOf(readKeyOf(outer, 'id')),
    name: textOf(readKeyOf(outer, 'name')),
    displayName: textOf(readKeyOf(properties, 'displayName')),
    mode,
    parameters,
    declaresParameters: !parse.bareRule,
    condition,
    ...then,
  };
}

function textOf(value: Selected): string {
  return typeof value === 'string' ? value : '';
}

function modeOf(value: Selected, problems: ProblemList): Mode {
  const parsed = parseMode(value);
  if ('mode' in parsed) return parsed.mode;
  report(problems, 'unknownMode', {
    path: '$.mode',
    reason: `${wordOf(value)} is not a mode`,
    nearest: parsed.nearest,
  });
  return { kind: 'all' };
}

function parseIf(rule: JsonObject, problems: ProblemList): Condition | null {
  const json = readKeyOf(rule, 'if');
  if (json === undefined) {
    report(problems, 'structure', { path: '$.policyRule.if', reason: 'the rule has no if' });
    return null;
  }
  return parseCondition(json, '$.policyRule.if', {
    problems,
    totals: { conditions: 0, limit: limits.conditionsInIf },
    depth: 0,
  });
}

function parseThen(
  rule: JsonObject,
  problems: ProblemList,
): Pick<ParsedDefinition, 'effect' | 'details' | 'detailsPath'> | null {
  const path = '$.policyRule.then';
  const then = readKeyOf(rule, 'then');
  if (isObject(then)) {
    keysByLowerCase(then, path, problems);
    reportUnknownKeys(then, ['effect', 'details'], { path, problems });
  }
  const effect = isObject(then) ? readKeyOf(then, 'effect') : undefined;
  if (!isObject(then) || typeof effect !== 'string') {
    report(problems, 'structure', { path, reason: 'the rule needs then with an effect, as text' });
    return null;
  }
  return {
    effect: parseTemplate(effect, `${path}.effect`, problems),
    details: readKeyOf(then, 'details'),
    detailsPath: `${path}.details`,
  };
}
