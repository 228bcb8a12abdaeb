import type { Fault } from '../expressions/fault.ts';
import { evaluateTemplate } from '../expressions/standalone.ts';
import { parseTemplate } from '../expressions/template.ts';
import { isArray, isObject, type Json, type JsonObject, readKeyOf, type Selected } from '../json/json.ts';
import { reportUnknownKeys } from '../keys.ts';
import { hasErrors, type Problem, type ProblemList, problemList, report } from '../problems.ts';
import { azureSemantics } from '../semantics.ts';
import { nearest } from '../text/nearest.ts';
import { type CompileOptions, compileDefinition } from './compile.ts';
import { type Parameter, parseParameters } from './parameters.ts';
import type { CompiledPolicy } from './policy.ts';

/** A member of an initiative. */
export interface InitiativeMember {
  readonly definitionId: string;
  readonly referenceId: string;
  readonly groupNames: readonly string[];
  readonly policy: CompiledPolicy;
  /**
   * The member's parameter values for an assignment of the initiative; defaults of the initiative fill what is missing.
   * @returns a fault where an expression cannot be evaluated
   */
  readonly parametersFor: (values: JsonObject) => { readonly values: JsonObject } | { readonly fault: Fault };
}

/** A group of an initiative's members, such as a control of a standard. */
export interface InitiativeGroup {
  readonly name: string;
  readonly displayName: string;
}

/** A compiled initiative (policy set). */
export interface CompiledInitiative {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly parameters: readonly Parameter[];
  readonly groups: readonly InitiativeGroup[];
  readonly members: readonly InitiativeMember[];
}

/** How an initiative is compiled. */
export interface InitiativeOptions extends CompileOptions {
  /** Finds a member's definition by id; undefined where there is none. */
  readonly definitionOf: (id: string) => unknown;
}

export type InitiativeResult =
  | { readonly ok: true; readonly initiative: CompiledInitiative; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Compiles an initiative: ARM's `{id, name, properties}` or its properties. Members that do not compile are reported
 * with their reference. Source: learn.microsoft.com, "Azure Policy initiative definition structure".
 * @example
 * const result = compileInitiative(set, { definitionOf: (id) => definitions.get(id.toLowerCase()), aliases });
 * for (const member of result.ok ? result.initiative.members : []) {
 *   const bound = member.parametersFor(assignment.parameters);
 *   if ('values' in bound) evaluate(member.policy, { resource, parameters: bound.values });
 * }
 */
export function compileInitiative(source: unknown, options: InitiativeOptions): InitiativeResult {
  const problems = problemList();
  const outer = isObject(source) ? source : {};
  const inner = readKeyOf(outer, 'properties');
  const properties = isObject(inner) ? inner : outer;
  const references = readKeyOf(properties, 'policyDefinitions');
  if (!isArray(references)) {
    report(problems, 'structure', {
      path: '$.policyDefinitions',
      reason: 'an initiative needs an array of policyDefinitions',
    });
    return { ok: false, problems: problems.all };
  }
  const parameters = parseParameters(readKeyOf(properties, 'parameters'), '$.parameters', problems);
  const groups = parseGroups(readKeyOf(properties, 'policyDefinitionGroups'));
  const site = { options, parameters, groups, problems, seen: new Set<string>() };
  const members = references.flatMap((reference, i) => compileMember(reference, i, site) ?? []);
  if (hasErrors(problems.all)) return { ok: false, problems: problems.all };
  const [id, name, displayName] = [
    readKeyOf(outer, 'id'),
    readKeyOf(outer, 'name'),
    readKeyOf(properties, 'displayName'),
  ].map(textOf);
  return {
    ok: true,
    problems: problems.all,
    initiative: {
      id: id ?? '',
      name: name ?? '',
      displayName: displayName ?? '',
      parameters,
      groups,
      members,
    },
  };
}

function textOf(value: Selected): string {
  return typeof value === 'string' ? value : '';
}

function parseGroups(json: Selected): InitiativeGroup[] {
  if (!isArray(json)) return [];
  return json.filter(isObject).map((group) => ({
    name: textOf(readKeyOf(group, 'name')),
    displayName: textOf(readKeyOf(group, 'displayName')),
  }));
}

interface MemberSite {
  readonly options: InitiativeOptions;
  readonly parameters: readonly Parameter[];
  readonly groups: readonly InitiativeGroup[];
  readonly problems: ProblemList;
  readonly seen: Set<string>;
}

const KEYS = [
  'policyDefinitionId',
  'policyDefinitionReferenceId',
  'definitionVersion',
  'latestDefinitionVersion',
  'effectiveDefinitionVersion',
  'parameters',
  'groupNames',
];

function compileMember(json: Json, index: number, site: MemberSite): InitiativeMember | null {
  const path = `$.policyDefinitions[${index}]`;
  const reference = isObject(json) ? json : {};
  reportUnknownKeys(reference, KEYS, { path, problems: site.problems });
  const definitionId = textOf(readKeyOf(reference, 'policyDefinitionId'));
  const referenceId = textOf(readKeyOf(reference, 'policyDefinitionReferenceId')) || String(index);
  if (site.seen.has(referenceId.toLowerCase())) {
    report(site.problems, 'duplicateKey', { path, reason: `the reference ${referenceId} is given twice` });
  }
  site.seen.add(referenceId.toLowerCase());
  const source = site.options.definitionOf(definitionId);
  if (source === undefined) {
    report(site.problems, 'structure', {
      path: `${path}.policyDefinitionId`,
      reason: `there is no definition ${definitionId}`,
    });
    return null;
  }
  const compiled = compileDefinition(source, site.options);
  for (const problem of compiled.problems) {
    report(site.problems, problem.kind, {
      ...problem,
      reason: `${referenceId} (${problem.path}): ${problem.reason}`,
      path,
    });
  }
  if (!compiled.ok) return null;
  const given = readKeyOf(reference, 'parameters');
  const values = isObject(given) ? given : {};
  checkMemberParameters(values, compiled.policy, { path: `${path}.parameters`, site });
  return {
    definitionId,
    referenceId,
    groupNames: groupNames(reference, { path, site }),
    policy: compiled.policy,
    parametersFor: (assigned) => memberParameters(values, assigned, site),
  };
}

interface MemberPlace {
  readonly path: string;
  readonly site: MemberSite;
}

function groupNames(reference: JsonObject, { path, site }: MemberPlace): string[] {
  const json = readKeyOf(reference, 'groupNames');
  const names = (isArray(json) ? json : []).map(String);
  const known = site.groups.map((group) => group.name);
  for (const name of names) {
    if (known.some((each) => each.toLowerCase() === name.toLowerCase())) continue;
    report(site.problems, 'structure', {
      path: `${path}.groupNames`,
      reason: `there is no group ${name}`,
      nearest: () => nearest(name, known),
    });
  }
  return names;
}

function checkMemberParameters(
  values: JsonObject,
  policy: CompiledPolicy,
  { path, site }: MemberPlace,
): void {
  const declared = policy.parameters.map((parameter) => parameter.name);
  for (const [name, given] of Object.entries(values)) {
    if (!declared.some((each) => each.toLowerCase() === name.toLowerCase())) {
      const reason = `the definition declares no parameter ${name}`;
      report(site.problems, 'unknownParameter', {
        path: `${path}.${name}`,
        reason,
        nearest: () => nearest(name, declared),
      });
    }
    parseTemplate(givenValue(given), `${path}.${name}`, site.problems);
  }
  for (const { name, defaultValue } of policy.parameters) {
    if (defaultValue !== undefined || readKeyOf(values, name) !== undefined) continue;
    const reason = `the definition needs a value for ${name}`;
    report(site.problems, 'parameter', { path: `${path}.${name}`, reason });
  }
}

/** Values come as `{value}`. */
function givenValue(given: Json): Json {
  const value = isObject(given) ? readKeyOf(given, 'value') : undefined;
  return value === undefined ? given : value;
}

function memberParameters(given: JsonObject, assigned: JsonObject, { parameters, options }: MemberSite) {
  const own = parameters.flatMap((parameter): [string, Json][] => {
    const value = readKeyOf(assigned, parameter.name) ?? parameter.defaultValue;
    return value === undefined ? [] : [[parameter.name, value]];
  });
  const input = { semantics: options.semantics ?? azureSemantics, parameters: Object.fromEntries(own) };
  const values: [string, Json][] = [];
  for (const [name, each] of Object.entries(given)) {
    const result = evaluateTemplate(givenValue(each), input);
    if (result.kind === 'fault') return { fault: result.fault };
    if (result.kind === 'value' && result.value !== undefined) values.push([name, result.value]);
  }
  return { values: Object.fromEntries(values) };
}
