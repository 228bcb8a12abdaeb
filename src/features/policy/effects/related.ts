import { compileCondition } from '../conditions/compile.ts';
import type { CompiledCondition } from '../conditions/compiled.ts';
import type { ConditionEnvironment } from '../conditions/environment.ts';
import { parseCondition } from '../conditions/parse.ts';
import { isObject, type Json, type JsonObject, type Selected } from '../json/json.ts';
import { reportUnknownKeys, reportUnknownWord } from '../keys.ts';
import { limits } from '../limits.ts';
import { problemList, report } from '../problems.ts';
import type { Run } from '../run.ts';
import { fold } from '../text/fold.ts';
import { compileJson, detail, detailsObject } from './details.ts';
import type { CompiledDetails, DetailsSite, Effect } from './effect.ts';

/** Effects that look for another resource. Sources: "auditIfNotExists effect", "deployIfNotExists effect". */
export const relatedEffects: readonly Effect[] = [
  related('auditIfNotExists', 5, 'would be reported as lacking a related resource'),
  related('deployIfNotExists', 5, 'would get the related resource deployed'),
];

function related(name: string, order: number, consequence: string): Effect {
  return { name, evaluation: 'related', order, consequence, compileDetails: compileRelatedDetails };
}

/** What identifies the related resources, evaluated for one resource. */
export interface RelatedTarget {
  readonly type: string;
  readonly name: string | null;
  readonly resourceGroupName: string | null;
  readonly existenceScope: 'resourceGroup' | 'subscription' | null;
}

/** Compiled details of an …IfNotExists effect. */
export interface CompiledRelated extends CompiledDetails {
  /** @throws ExpressionFault */
  readonly target: (run: Run) => RelatedTarget;
  /** The existence condition as compiled for related resources of a type (lower-case); null where there is none. */
  readonly existence: (type: string) => CompiledCondition | null;
  /** The type, where it is literal. */
  readonly type: string | null;
  /** How far from the evaluated resource it may look, the widest where only the evaluation tells; `own`: nothing is said. */
  readonly reach: 'own' | 'resourceGroup' | 'subscription';
}

export function isRelatedDetails(details: CompiledDetails): details is CompiledRelated {
  return 'target' in details;
}

const KEYS = [
  'type',
  'name',
  'kind',
  'resourceGroupName',
  'existenceScope',
  'existenceCondition',
  'evaluationDelay',
  'roleDefinitionIds',
  'deployment',
  'deploymentScope',
];

function compileRelatedDetails(details: Selected, site: DetailsSite): CompiledRelated {
  const object = detailsObject(details, site) ?? {};
  const place = { path: site.path, problems: site.environment.problems };
  reportUnknownKeys(object, KEYS, place);
  reportUnknownWord(object, 'existenceScope', { ...place, words: ['resourceGroup', 'subscription'] });
  const type = detail(object, 'type');
  if (typeof type !== 'string') {
    report(site.environment.problems, 'effectDetails', {
      path: site.path,
      reason: 'details must name the type of the related resource',
    });
  }
  const rest = Object.fromEntries(
    Object.entries(object).filter(([key]) => key.toLowerCase() !== 'existencecondition'),
  );
  const value = compileJson(rest, site);
  const part = (name: string) =>
    compileJson(detail(object, name) ?? null, { ...site, path: `${site.path}.${name}` });
  const parts = {
    type: part('type'),
    name: part('name'),
    group: part('resourceGroupName'),
    scope: part('existenceScope'),
  };
  return {
    describe: (run) => ({ details: value(run) }),
    target: (run) => ({
      type: text(parts.type(run)) ?? '',
      name: text(parts.name(run)),
      resourceGroupName: text(parts.group(run)),
      existenceScope: scopeOf(parts.scope(run)),
    }),
    existence: compileExistence(object, site, typeof type === 'string' ? type : ''),
    type: typeof type === 'string' && !type.startsWith('[') ? type : null,
    reach: reachOf(object),
  };
}

function reachOf(details: JsonObject): CompiledRelated['reach'] {
  if (detail(details, 'resourceGroupName') !== undefined) return 'subscription';
  const scope = detail(details, 'existenceScope');
  if (scope === undefined) return 'own';
  return typeof scope === 'string' && scope.toLowerCase() === 'resourcegroup'
    ? 'resourceGroup'
    : 'subscription';
}

function text(value: Json): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function scopeOf(value: Json): RelatedTarget['existenceScope'] {
  const scope = typeof value === 'string' ? value.toLowerCase() : '';
  if (scope === 'subscription') return 'subscription';
  return scope === 'resourcegroup' ? 'resourceGroup' : null;
}

/** Compiles the existence condition for the details' type now, and for other types when they are met. */
function compileExistence(
  details: JsonObject,
  site: DetailsSite,
  type: string,
): (type: string) => CompiledCondition | null {
  const json = detail(details, 'existenceCondition');
  if (json === undefined || (isObject(json) && Object.keys(json).length === 0)) return () => null;
  const totals = { conditions: 0, limit: limits.conditionsInThen };
  const context = { problems: site.environment.problems, totals, depth: 0 };
  const condition = parseCondition(json, `${site.path}.existenceCondition`, context);
  if (condition === null) return () => null;
  const known = new Map<string, CompiledCondition>();
  const compileFor = (wanted: string, environment: ConditionEnvironment) => {
    const compiled = compileCondition(condition, {
      ...environment,
      related: true,
      frames: [],
      fields: { ...environment.fields, subject: { type: wanted } },
    });
    if (known.size < 64) known.set(wanted, compiled);
    return compiled;
  };
  compileFor(fold(type), site.environment);
  return (wanted) =>
    known.get(wanted) ?? compileFor(wanted, { ...site.environment, problems: problemList() });
}
