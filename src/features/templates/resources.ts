import type { JsonObject } from '#features/policy/index.ts';
import { evaluateWithLoops, inTurn, readLoop } from './copy.ts';
import { evaluateValue } from './expression.ts';
import type { Frame } from './frame.ts';
import { nestedDeployment } from './nested.ts';
import { type ExpandedResource, type Place, word } from './place.ts';
import { attempt, TemplateFault } from './problem.ts';
import { idBelow, scopeId } from './scope.ts';
import {
  isValueArray,
  isValueObject,
  readProperty,
  readText,
  render,
  Unknown,
  type Value,
  type ValueObject,
} from './value.ts';

const DEPLOYMENTS = 'microsoft.resources/deployments';
/** What belongs to the template, not to the resource. */
const TEMPLATE_KEYS = new Set([
  'condition',
  'copy',
  'dependson',
  'comments',
  'scope',
  'resources',
  'existing',
  'metadata',
  'subscriptionid',
  'resourcegroup',
  'import',
  'asserts',
]);

/** Adds the resources of a `resources` element: an array, or (languageVersion 2.0) an object of symbolic names. */
export function collectResources(source: Value, frame: Frame, place: Place): void {
  const turns = turnsOf(source, frame, place);
  for (const turn of turns) announceNested(turn, place);
  for (const turn of turns)
    attempt(place.collected.problems, turn.path, () => addResource(turn, { ...place, path: turn.path }));
}

/** A resource element, once for each turn of its loop. */
type Turn = {
  readonly resource: ValueObject;
  readonly frame: Frame;
  readonly path: string;
  /** Symbolic name, with the turn of a loop as Bicep writes it: `name[0]`. */
  readonly symbol: string | undefined;
};

function turnsOf(source: Value, frame: Frame, { path, collected }: Place): Turn[] {
  const isList = isValueArray(source);
  const entries = isList ? [...source.entries()] : Object.entries(isValueObject(source) ? source : {});
  return entries.flatMap(([key, resource]): Turn[] => {
    const at = isList ? `${path}[${key}]` : `${path}.${key}`;
    if (!isValueObject(resource)) {
      collected.problems.push({ path: at, reason: 'a resource must be an object' });
      return [];
    }
    if (readProperty(resource, 'existing') === true) return [];
    const symbol = isList ? undefined : String(key);
    const copy = readProperty(resource, 'copy');
    if (!isValueObject(copy)) return [{ resource, frame, path: at, symbol }];
    const loop = attempt(collected.problems, at, () => readLoop(copy, frame, `${at}.copy`));
    return Array.from({ length: loop?.count ?? 0 }, (_, index) => ({
      resource,
      frame: inTurn(frame, loop?.name ?? '', index),
      path: at,
      symbol: symbol && `${symbol}[${index}]`,
    }));
  });
}

/** Makes the outputs of a nested deployment known to the expressions beside it. */
function announceNested({ resource, frame, path, symbol }: Turn, place: Place): void {
  if (!isDeployment(resource)) return;
  const name = attempt([], path, () => word(resource, 'name', { frame, path }));
  if (name === undefined) return;
  const nested = nestedDeployment(resource, frame, { ...place, path, name });
  // Where it goes may make no sense where its condition does not hold: told when it is opened.
  const id = attempt([], path, () =>
    idBelow(scopeId(nested.scope()), 'Microsoft.Resources/deployments', name),
  );
  for (const key of [symbol, name, id]) if (key) frame.deployments.set(key.toLowerCase(), nested);
}

function isDeployment(resource: ValueObject): boolean {
  return readText(resource, 'type').toLowerCase() === DEPLOYMENTS;
}

function addResource({ resource, frame, path, symbol }: Turn, place: Place): void {
  const { collected } = place;
  if (!conditionHolds(resource, frame, path)) return;
  if (collected.resources.length >= collected.limit)
    throw new TemplateFault(path, `a template may have at most ${collected.limit} resources`);
  const identity = identityOf(resource, frame, place);
  if (isDeployment(resource)) {
    const nested =
      frame.deployments.get((symbol ?? identity.name).toLowerCase()) ??
      nestedDeployment(resource, frame, { ...place, name: identity.name });
    const opened = nested.open();
    collectResources(opened.resources, opened.frame, {
      path: `${path}.properties.template.resources`,
      collected,
      parent: undefined,
    });
    return;
  }
  const body = Object.entries(resource).filter(([key]) => !TEMPLATE_KEYS.has(key.toLowerCase()));
  const { document, unknown } = render(evaluateWithLoops(Object.fromEntries(body), frame, path));
  const shortName = identity.name.split('/').at(-1) ?? '';
  const whole = { ...(document as JsonObject), id: identity.id, name: shortName, type: identity.type };
  collected.resources.push({ ...identity, document: whole, unknown, path });
  const children = readProperty(resource, 'resources');
  if (children !== undefined)
    collectResources(children, frame, {
      path: `${path}.resources`,
      collected,
      parent: { type: identity.type, name: identity.name },
    });
}

function conditionHolds(resource: ValueObject, frame: Frame, path: string): boolean {
  const source = readProperty(resource, 'condition');
  if (source === undefined) return true;
  const value = evaluateValue(source, frame, `${path}.condition`);
  if (value instanceof Unknown)
    throw new TemplateFault(`${path}.condition`, `${value.text} is not known before the deployment`);
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}

type Identity = Pick<ExpandedResource, 'id' | 'type' | 'name' | 'apiVersion'>;

function identityOf(resource: ValueObject, frame: Frame, { path, parent }: Place): Identity {
  const ownType = word(resource, 'type', { frame, path });
  const ownName = word(resource, 'name', { frame, path });
  const apiVersion = word(resource, 'apiVersion', { frame, path });
  const isRelative =
    parent !== undefined && !ownType.toLowerCase().startsWith(`${parent.type.toLowerCase()}/`);
  const type = isRelative ? `${parent.type}/${ownType}` : ownType;
  const isShort = parent !== undefined && ownName.split('/').length < type.split('/').length - 1;
  const name = isShort ? `${parent.name}/${ownName}` : ownName;
  if (name.split('/').length !== type.split('/').length - 1)
    throw new TemplateFault(`${path}.name`, `the name ${name} has not as many segments as the type ${type}`);
  return { id: idBelow(scopeOf(resource, frame, path), type, name), type, name, apiVersion };
}

/** The `scope` of an extension resource: a whole id, or type and name relative to the deployment. */
function scopeOf(resource: ValueObject, frame: Frame, path: string): string {
  const here = scopeId(frame.scope);
  if (readProperty(resource, 'scope') === undefined) return here;
  const scope = word(resource, 'scope', { frame, path });
  if (scope === '/') return '';
  if (scope.startsWith('/')) return scope.replace(/\/$/, '');
  const segments = scope.split('/');
  const names = segments.filter((_, index) => index >= 2 && index % 2 === 0);
  const types = segments.filter((_, index) => index === 0 || index % 2 === 1);
  return idBelow(here, types.join('/'), names.join('/'));
}
