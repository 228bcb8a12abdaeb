import { type AliasTable, aliasPath, findAlias } from '../aliases/table.ts';
import { necessaryTypes, neverHolds } from '../conditions/types.ts';
import type { Effect } from '../effects/effect.ts';
import { effectNames, findEffect } from '../effects/registry.ts';
import { isRelatedDetails } from '../effects/related.ts';
import { hasErrors, type Problem, type ProblemList, problemList, report } from '../problems.ts';
import { azureSemantics, type PolicySemantics } from '../semantics.ts';
import { nearest } from '../text/nearest.ts';
import { evidenceFor } from './needs.ts';
import { type ParsedDefinition, parseDefinition } from './parse.ts';
import type { CompiledPolicy } from './policy.ts';
import { checkFunctionCount, compileProgram, type Program } from './program.ts';

/** Programs remembered by resource type before the memory is cleared. */
const REMEMBERED = 1000;

/** How a definition is compiled. */
export interface CompileOptions {
  /** The aliases in force. Without a table every alias reads as data that is needed but missing. */
  readonly aliases?: AliasTable;
  /** Readings of the language; Azure's by default. */
  readonly semantics?: PolicySemantics;
  /** Whether a dotted name that is no field is a path from the document's root. Azure knows no such names. */
  readonly barePaths?: boolean;
  /** What an alias in `if` that does not exist does: the definition is refused, or never applicable (as in Azure). */
  readonly unknownAliases?: 'refuse' | 'notApplicable';
}

/** A compiled policy (perhaps with warnings), or all that is wrong with the definition. */
export type CompileResult =
  | { readonly ok: true; readonly policy: CompiledPolicy; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Compiles a policy definition: ARM's `{id, name, properties}`, its properties, a bare `{if, then}`, or JSON text.
 * Every problem is reported, not only the first. Never throws on any input.
 * @example
 * const result = compileDefinition(definition, { aliases: aliasesFromProviders(armAnswer) });
 * if (!result.ok) for (const { path, reason, nearest } of result.problems) report(path, reason, nearest);
 */
export function compileDefinition(source: unknown, options: CompileOptions = {}): CompileResult {
  const problems = problemList();
  const parsed = parseDefinition(source, problems);
  if (parsed === null) return { ok: false, problems: problems.all };
  const policy = compileParsed(parsed, options, problems);
  const leaveOut = options.unknownAliases === 'notApplicable' && problems.all.some(isUnknownAlias);
  if (leaveOut) return inapplicable(policy, problems.all);
  return hasErrors(problems.all)
    ? { ok: false, problems: problems.all }
    : { ok: true, policy, problems: problems.all };
}

function isUnknownAlias(problem: Problem): boolean {
  return problem.kind === 'unknownAlias' && problem.path.startsWith('$.policyRule.if');
}

/** "Any invalid aliases in the if conditions: the policy isn't applicable" (applicability logic). */
function inapplicable(policy: CompiledPolicy, all: readonly Problem[]): CompileResult {
  const problems = all.map((each) =>
    isUnknownAlias(each) ? { ...each, severity: 'warning' as const } : each,
  );
  if (hasErrors(problems)) return { ok: false, problems };
  return {
    ok: true,
    policy: { ...policy, inapplicable: problems.find(isUnknownAlias)?.reason ?? '' },
    problems,
  };
}

function compileParsed(
  parsed: ParsedDefinition,
  options: CompileOptions,
  problems: ProblemList,
): CompiledPolicy {
  const { semantics = azureSemantics, aliases = null, barePaths = false } = options;
  const common = { semantics, aliases, barePaths };
  const program = compileProgram(parsed, { ...common, problems, subject: { type: '' } });
  const effects = possibleEffects(parsed, problems);
  const details = effects.map((effect) => program.detailsFor(effect));
  checkFunctionCount(program.environment);
  const related = details.find(isRelatedDetails);
  return {
    id: parsed.id,
    name: parsed.name,
    displayName: parsed.displayName,
    mode: parsed.mode,
    parameters: parsed.parameters,
    semantics,
    aliases,
    types: necessaryTypes(parsed.condition),
    inapplicable: null,
    effects,
    evidence: evidenceFor({
      mode: parsed.mode,
      never: neverHolds(parsed.condition),
      effects,
      relatedType: related?.type ?? null,
    }),
    needs: program.environment.needs,
    programFor: programs(program, aliases, (subject) =>
      compileProgram(parsed, { ...common, problems: problemList(), subject }),
    ),
  };
}

/** The effects an assignment may choose; unknown names are reported. */
function possibleEffects(parsed: ParsedDefinition, problems: ProblemList): Effect[] {
  const { effect } = parsed;
  if (effect.kind === 'constant') return effectsNamed([effect.value], '$.policyRule.then.effect', problems);
  if (effect.kind !== 'expression' || effect.expression.kind !== 'call') return [];
  const [argument] = effect.expression.args;
  if (effect.expression.name.toLowerCase() !== 'parameters' || argument?.kind !== 'literal') return [];
  const name = String(argument.value).toLowerCase();
  const parameter = parsed.parameters.find((each) => each.name.toLowerCase() === name);
  if (parameter === undefined) return [];
  const values = [
    ...(parameter.allowedValues ?? []),
    ...(parameter.defaultValue === undefined ? [] : [parameter.defaultValue]),
  ];
  return effectsNamed(values, `$.parameters.${parameter.name}`, problems);
}

function effectsNamed(values: readonly unknown[], path: string, problems: ProblemList): Effect[] {
  const found = new Set<Effect>();
  for (const value of values) {
    const effect = findEffect(String(value));
    if (effect !== undefined) found.add(effect);
    else
      report(problems, 'unknownEffect', {
        path,
        reason: `${String(value)} is not an effect`,
        nearest: nearest(String(value), effectNames()),
      });
  }
  return [...found];
}

interface Subject {
  readonly type: string;
  readonly apiVersion?: string | undefined;
}

/** Finds the program for a resource; those whose aliases have equal paths share one. */
function programs(first: Program, aliases: AliasTable | null, compile: (subject: Subject) => Program) {
  const used = [...(first.environment.fields.used ?? [])].flatMap(
    (name) => (aliases && findAlias(aliases, name)) ?? [],
  );
  if (used.length === 0) return () => first;
  const signature = (subject: Subject) => used.map((alias) => aliasPath(alias, subject) ?? '').join('|');
  const versioned = used.some((alias) =>
    [...alias.targets.values()].some((target) => target.paths.length > 0),
  );
  const bySignature = new Map([[signature({ type: '' }), first]]);
  const bySubject = new Map<string, Program>();
  return (type: string, apiVersion: string | undefined): Program => {
    const key = versioned && apiVersion !== undefined ? `${type} ${apiVersion}` : type;
    const known = bySubject.get(key);
    if (known !== undefined) return known;
    const subject = { type, apiVersion };
    const wanted = signature(subject);
    const program = bySignature.get(wanted) ?? compile(subject);
    bySignature.set(wanted, program);
    if (bySubject.size >= REMEMBERED) bySubject.clear();
    bySubject.set(key, program);
    return program;
  };
}
