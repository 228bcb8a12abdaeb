import type { AliasSubject, AliasTable } from '../aliases/table.ts';
import { type Applicability, compileApplicability } from '../conditions/applicability.ts';
import { compileCondition } from '../conditions/compile.ts';
import type { CompiledCondition } from '../conditions/compiled.ts';
import type { ConditionEnvironment } from '../conditions/environment.ts';
import { compilePlainDetails } from '../effects/details.ts';
import type { CompiledDetails, Effect } from '../effects/effect.ts';
import { compileTemplate } from '../expressions/compile.ts';
import type { CompiledExpression } from '../expressions/compiled.ts';
import { ExpressionFault } from '../expressions/fault.ts';
import type { FieldContext } from '../fields/reference.ts';
import type { Json, JsonObject, Selected } from '../json/json.ts';
import { limits } from '../limits.ts';
import { hasErrors, type ProblemList, problemList, report } from '../problems.ts';
import type { Bound } from '../run.ts';
import type { PolicySemantics } from '../semantics.ts';
import type { ParsedDefinition } from './parse.ts';

/** A definition compiled for resources whose aliases have the same paths. */
export interface Program {
  readonly condition: CompiledCondition;
  readonly applicability: Applicability;
  readonly effect: CompiledExpression;
  /** The details as compiled for an effect. @throws ExpressionFault where they do not fit it */
  readonly detailsFor: (effect: Effect) => CompiledDetails;
  /** Parameter values in evaluation form; the last object given is remembered. */
  readonly bind: (parameters: JsonObject | undefined) => Bound;
  readonly environment: ConditionEnvironment;
}

/** What a definition is compiled against. */
export interface ProgramOptions {
  readonly semantics: PolicySemantics;
  readonly aliases: AliasTable | null;
  readonly barePaths: boolean;
  readonly subject: AliasSubject;
  readonly problems: ProblemList;
}

/** Compiles a parsed definition for one kind of resource; problems go to the list. */
export function compileProgram(definition: ParsedDefinition, options: ProgramOptions): Program {
  const environment = environmentFor(definition, options);
  const condition = compileCondition(definition.condition, environment);
  const effect = compileTemplate(definition.effect, environment);
  return {
    condition,
    applicability: compileApplicability(condition),
    effect,
    detailsFor: detailsCompiler(definition, environment),
    bind: binder(definition),
    environment,
  };
}

function environmentFor(definition: ParsedDefinition, options: ProgramOptions): ConditionEnvironment {
  const { semantics, subject, problems } = options;
  const elsewhere = definition.mode.kind === 'dataPlane';
  const fields: FieldContext = {
    aliases: elsewhere ? null : options.aliases,
    subject,
    barePaths: elsewhere || options.barePaths,
    defaultPathsOnly: semantics.aliasPath === 'default',
    used: new Set(),
  };
  const names = definition.parameters.map((parameter, i) => [parameter.name.toLowerCase(), i] as const);
  return {
    problems,
    semantics,
    fields,
    resourceFields: fields,
    frames: [],
    related: false,
    parameters: definition.declaresParameters ? new Map(names) : null,
    totals: { functions: 0, slots: 0, frames: 0, valueCounts: 0, fieldCounts: new Map() },
    needs: new Set(),
  };
}

/** Reports when a rule calls more functions than Azure allows. */
export function checkFunctionCount(environment: ConditionEnvironment): void {
  if (environment.totals.functions <= limits.functionsPerRule) return;
  const reason = `the rule calls ${environment.totals.functions} functions, more than ${limits.functionsPerRule}`;
  report(environment.problems, 'limit', { path: '$.policyRule', reason });
}

function detailsCompiler(definition: ParsedDefinition, environment: ConditionEnvironment) {
  const known = new Map<Effect['compileDetails'], CompiledDetails>();
  return (effect: Effect): CompiledDetails => {
    const compile = definition.mode.kind === 'dataPlane' ? compilePlainDetails : effect.compileDetails;
    const cached = known.get(compile);
    if (cached !== undefined) return cached;
    const problems = problemList();
    const compiled = compile(definition.details, {
      environment: { ...environment, problems },
      path: definition.detailsPath,
    });
    known.set(compile, compiled);
    environment.problems.all.push(...problems.all);
    if (hasErrors(problems.all)) known.set(compile, unusable(problems.all[0]?.reason ?? ''));
    return known.get(compile) ?? compiled;
  };
}

function unusable(reason: string): CompiledDetails {
  return {
    describe() {
      throw new ExpressionFault({ kind: 'error', subject: 'then.details', reason });
    },
  };
}

function binder(definition: ParsedDefinition): (parameters: JsonObject | undefined) => Bound {
  let last: JsonObject | undefined;
  let bound = bindParameters(definition, {});
  return (parameters) => {
    if (parameters === last) return bound;
    bound = bindParameters(definition, parameters ?? {});
    last = parameters;
    return bound;
  };
}

function bindParameters(definition: ParsedDefinition, given: JsonObject): Bound {
  const byName = new Map<string, Json>(
    Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const values: Selected[] = definition.parameters.map(
    (parameter) => byName.get(parameter.name.toLowerCase()) ?? parameter.defaultValue,
  );
  return { values, open: Object.fromEntries(byName), memo: [] };
}
