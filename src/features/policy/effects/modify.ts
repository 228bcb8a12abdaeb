import { compileTemplate } from '../expressions/compile.ts';
import { parseTemplate } from '../expressions/template.ts';
import {
  isArray,
  isObject,
  type Json,
  type JsonObject,
  readKeyOf,
  type Selected,
  wordOf,
} from '../json/json.ts';
import { reportUnknownKeys, reportUnknownWord } from '../keys.ts';
import { members, type Segment } from '../paths/parse.ts';
import { changeAt } from '../paths/write.ts';
import { report } from '../problems.ts';
import type { Run } from '../run.ts';
import { nearest } from '../text/nearest.ts';
import { carryOut, type Outcome } from './carryOut.ts';
import { compileJson, detail, detailsObject } from './details.ts';
import type { CompiledDetails, DetailsSite, Effect } from './effect.ts';
import { compileTarget, type WriteTarget } from './target.ts';

/** `modify`: adds, replaces or removes tags and properties. Source: "modify effect". */
export const modify: Effect = {
  name: 'modify',
  evaluation: 'condition',
  order: 1,
  consequence: 'would be changed',
  compileDetails,
};

interface Operation {
  readonly kind: string;
  readonly target: WriteTarget;
  readonly value: ((run: Run) => Json) | null;
  /** Whether the operation is carried out on this resource. */
  readonly applies: (run: Run) => boolean;
  /** The condition as written. */
  readonly condition: Selected;
}

/** What an operation leaves in a place; undefined leaves nothing. */
const operations: Readonly<Record<string, (current: Json | undefined, value: Json) => Json | undefined>> = {
  add: (current, value) => current ?? value,
  addOrReplace: (_current, value) => value,
  remove: () => undefined,
};

function compileDetails(details: Selected, site: DetailsSite): CompiledDetails {
  const object = detailsObject(details, site);
  if (object === null) return { describe: () => ({ details: null }) };
  const place = { path: site.path, problems: site.environment.problems };
  reportUnknownKeys(object, ['roleDefinitionIds', 'conflictEffect', 'operations'], place);
  reportUnknownWord(object, 'conflictEffect', { ...place, words: ['audit', 'deny', 'disabled'] });
  const given = detail(object, 'operations');
  const list = isArray(given) ? given : [];
  if (!isArray(given)) {
    report(site.environment.problems, 'effectDetails', {
      path: site.path,
      reason: 'modify needs an array of operations',
    });
  }
  const compiled = list.map((each, i) =>
    compileOperation(isObject(each) ? each : {}, { ...site, path: `${site.path}.operations[${i}]` }),
  );
  const rest = Object.fromEntries(
    Object.entries(object).filter(([key]) => key.toLowerCase() !== 'operations'),
  );
  const others = compileJson(rest, site);
  return {
    describe: (run) => ({
      details: {
        ...(others(run) as JsonObject),
        operations: compiled.map((each) => describeOperation(each, run)),
      },
      ...carryOut(compiled, run, apply),
    }),
  };
}

function compileOperation(json: JsonObject, site: DetailsSite): Operation {
  const { problems } = site.environment;
  reportUnknownKeys(json, ['operation', 'field', 'value', 'condition'], { path: site.path, problems });
  const given = readKeyOf(json, 'operation');
  const kind = Object.keys(operations).find((name) => name.toLowerCase() === wordOf(given).toLowerCase());
  if (kind === undefined) {
    const meant = nearest(wordOf(given), Object.keys(operations));
    report(problems, 'effectDetails', {
      path: `${site.path}.operation`,
      reason: `${wordOf(given)} is not an operation`,
      nearest: meant,
    });
  }
  const value = readKeyOf(json, 'value');
  if (value === undefined && kind !== undefined && kind !== 'remove') {
    report(problems, 'effectDetails', { path: site.path, reason: `${kind} needs a value` });
  }
  const condition = readKeyOf(json, 'condition');
  return {
    kind: kind ?? 'addOrReplace',
    target: compileTarget(readKeyOf(json, 'field') ?? '', { ...site, path: `${site.path}.field` }, true),
    value: value === undefined ? null : compileJson(value, { ...site, path: `${site.path}.value` }),
    applies: compileApplies(condition, { ...site, path: `${site.path}.condition` }),
    condition,
  };
}

function compileApplies(condition: Selected, site: DetailsSite): (run: Run) => boolean {
  if (condition === undefined) return () => true;
  const compiled = compileTemplate(
    parseTemplate(condition, site.path, site.environment.problems),
    site.environment,
  );
  return (run) => compiled.evaluate(run) === true;
}

function describeOperation(operation: Operation, run: Run): Json {
  return {
    operation: operation.kind,
    field: operation.target.name(run),
    ...(operation.value === null ? {} : { value: operation.value(run) }),
    ...(operation.condition === undefined ? {} : { condition: operation.condition }),
  };
}

function apply(resource: Json, operation: Operation, run: Run): Outcome {
  const { kind, target } = operation;
  const segments = target.segments(run);
  const value = operation.value?.(run) ?? null;
  const about = { operation: kind, field: target.name(run), segments, ...(operation.value && { value }) };
  const reason = whySkipped(resource, { operation, segments, run });
  if (reason !== undefined) return { ...about, resource, skipped: reason };
  const change = operations[kind] ?? (() => value);
  if (segments.at(-1) !== members)
    return { ...about, resource: changeAt(resource, segments, (current) => change(current, value)) ?? null };
  const all = segments.slice(0, -1);
  const changed = changeAt(resource, all, (array) => changeMembers(isArray(array) ? array : [], kind, value));
  return { ...about, resource: changed ?? null };
}

const IDENTITY_TYPES = ['microsoft.compute/virtualmachines', 'microsoft.compute/virtualmachinescalesets'];

/** Why an operation is not carried out; undefined where it is. Source: "modify effect", "Skipped modification". */
function whySkipped(
  resource: Json,
  { operation, segments, run }: { operation: Operation; segments: readonly Segment[]; run: Run },
): string | undefined {
  if (segments.length === 0) return 'the alias has no property in this type and API version';
  if (!operation.applies(run)) return 'its condition does not hold';
  const type = isObject(resource) ? wordOf(readKeyOf(resource, 'type')).toLowerCase() : '';
  const isIdentity = /^identity\.type$/i.test(operation.target.name(run));
  if (isIdentity && type !== '' && !IDENTITY_TYPES.includes(type))
    return 'identity.type can be changed on virtual machines and scale sets only';
  const parent = operation.target.isAlias ? missingParent(resource, segments) : undefined;
  return parent && `${parent} is not there, which is taken as intended`;
}

/** The first object below `properties` on the way to a nested property that is absent. */
function missingParent(resource: Json, segments: readonly Segment[]): string | undefined {
  let current: Selected = resource;
  for (const [index, segment] of segments.slice(0, -1).entries()) {
    if (segment.kind !== 'key') return undefined;
    current = isObject(current) ? readKeyOf(current, segment.key) : undefined;
    const isLast = segments[index + 1] === members;
    if (current === undefined && index > 0 && !isLast) return segment.key;
  }
  return undefined;
}

/** On `x[*]` the operations speak of one member, compared by value. */
function changeMembers(array: readonly Json[], kind: string, value: Json): Json {
  const others = array.filter((member) => JSON.stringify(member) !== JSON.stringify(value));
  return kind === 'remove' ? others : [...others, value];
}
