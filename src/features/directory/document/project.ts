import { ScimFailure } from '../problems.ts';
import type { Json } from '../resource.ts';
import { commonAttributes, type Kind } from '../schemas/kind.ts';
import { resolve, type Target } from '../schemas/path.ts';

/** Which attributes an answer has (RFC 7644 section 3.9). */
export type Projection = { readonly attributes: readonly string[]; readonly excluded: readonly string[] };

/** @throws ScimFailure `invalidValue` where both are given */
export function toProjection(input: {
  readonly attributes?: string | readonly string[] | undefined;
  readonly excludedAttributes?: string | readonly string[] | undefined;
}): Projection {
  const [attributes, excluded] = [namesIn(input.attributes), namesIn(input.excludedAttributes)];
  if (attributes.length > 0 && excluded.length > 0)
    throw new ScimFailure('invalidValue', 'attributes and excludedAttributes cannot both be given');
  return { attributes, excluded };
}

function namesIn(given: string | readonly string[] | undefined): string[] {
  const names = typeof given === 'string' ? given.split(',') : (given ?? []);
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

/** Whether an attribute (`members`, `groups`) will be in the answer, so that it need not be read else. */
export function isWanted(kind: Kind, name: string, { attributes, excluded }: Projection): boolean {
  const names = (list: readonly string[]) => list.map((item) => resolve(kind, item)?.attribute?.name);
  if (attributes.length > 0) return names(attributes).includes(name);
  return !excluded.some((item) => {
    const target = resolve(kind, item);
    return target?.attribute?.name === name && !target.sub;
  });
}

/** The resource with what was asked for; its id and schemas are always there, unknown names do nothing. */
export function project(kind: Kind, resource: Json, { attributes, excluded }: Projection): Json {
  if (attributes.length === 0 && excluded.length === 0) return resource;
  const always = commonAttributes.filter(({ returned }) => returned === 'always').map(({ name }) => name);
  const targets = (names: readonly string[]) => names.flatMap((name) => resolve(kind, name) ?? []);
  if (attributes.length > 0) return select(resource, targets([...always, ...attributes]));
  return targets(excluded)
    .filter(({ attribute }) => !attribute || !always.includes(attribute.name))
    .reduce(without, resource);
}

function select(resource: Json, targets: readonly Target[]): Json {
  const result: Record<string, unknown> = {};
  for (const { extension, attribute, sub } of targets) {
    const from = extension ? (resource[extension.id] as Json | undefined) : resource;
    const value = attribute ? from?.[attribute.name] : from;
    if (value === undefined) continue;
    if (extension && !attribute) {
      result[extension.id] = value;
      continue;
    }
    const into = extension ? { ...(result[extension.id] as Json) } : result;
    const name = attribute?.name ?? '';
    into[name] = sub ? selectPart(into[name], value, sub.name) : value;
    if (extension) result[extension.id] = into;
  }
  return result;
}

/** Of each element only the part, beside the parts that are there already. */
function selectPart(sofar: unknown, value: unknown, part: string): unknown {
  const pick = (item: Json, before: unknown) => ({
    ...(before as Json),
    ...(item[part] !== undefined && { [part]: item[part] }),
  });
  if (!Array.isArray(value)) return pick(value as Json, sofar);
  return value.map((item: Json, index) => pick(item, (sofar as unknown[] | undefined)?.[index]));
}

function without(resource: Json, { extension, attribute, sub }: Target): Json {
  if (extension) {
    const inside = resource[extension.id] as Json | undefined;
    if (!attribute || !inside) return omit(resource, extension.id);
    return { ...resource, [extension.id]: without(inside, { extension: undefined, attribute, sub }) };
  }
  if (!attribute) return resource;
  const value = resource[attribute.name];
  if (!sub || value === undefined) return omit(resource, attribute.name);
  const strip = (item: unknown) => omit(item as Json, sub.name);
  return { ...resource, [attribute.name]: Array.isArray(value) ? value.map(strip) : strip(value) };
}

function omit(object: Json, name: string): Json {
  const { [name]: _, ...rest } = object;
  return rest;
}
