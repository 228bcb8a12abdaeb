import type { Compare, Filter, LogExp, ValuePath } from 'scim2-parse-filter';
import { valuesAt } from '../document/values.ts';
import { ScimFailure } from '../problems.ts';
import type { Json } from '../resource.ts';
import type { Attribute } from '../schemas/attribute.ts';
import { type Kind, kinds } from '../schemas/kind.ts';
import { byName, resolve } from '../schemas/path.ts';
import { compare } from './compare.ts';
import { invalidFilter, type ParsedFilter, parseFilter, SAME } from './parse.ts';

type Predicate = (item: Json) => boolean;
type Found = { readonly attribute: Attribute; readonly valuesOf: (item: Json) => readonly unknown[] };
/** What a name leads to, seen from a resource or from an element of a list. */
type Look = (path: string) => Found;
type Scope = { readonly look: Look; readonly textOf: ParsedFilter['textOf'] };

/** A filter as it is used: whom it finds, and what can narrow the search. */
export type CompiledFilter = {
  readonly matches: Predicate;
  /** What every match has: attribute path as in the schema to the text that it equals. */
  readonly equal: ReadonlyMap<string, string>;
  /** Names of the attributes that it looks at. */
  readonly attributes: ReadonlySet<string>;
};

/**
 * Compiles a filter over resources: what stands in one pair of brackets is true of one and the same element.
 * With `anyKind`, attributes of other types of resource are such that this one has no value of.
 * @throws ScimFailure `invalidFilter`, or `sensitive` for a password
 */
export function compileFilter(kind: Kind, text: string, options?: { anyKind: boolean }): CompiledFilter {
  const { tree, textOf } = parseFilter(text);
  const attributes = new Set<string>();
  const equal = new Map<string, string>();
  const look: Look = (path) => {
    const target = resolve(kind, path);
    if (!target?.attribute) return elsewhere(path, options?.anyKind === true);
    const { extension, attribute, sub } = target;
    attributes.add(attribute.name);
    return {
      attribute: sub ?? attribute,
      valuesOf: (item) => valuesAt(item, { extension, attribute, sub }),
    };
  };
  const matches = compile(tree, { look, textOf });
  for (const term of conjuncts(tree)) {
    const target = isEquality(term) ? resolve(kind, term.attrPath) : undefined;
    const wanted = isEquality(term) ? textOf(term.compValue) : undefined;
    if (!target?.attribute || target.extension || typeof wanted !== 'string') continue;
    const isMain = !target.sub || target.sub.name === 'value';
    if (isMain) equal.set(target.attribute.name, wanted);
  }
  return { matches, equal, attributes };
}

/**
 * Compiles a filter over the elements of a list, as in the brackets of a path. `equal`: the parts of an element that
 * would match, where the filter says all of them.
 * @throws ScimFailure `invalidFilter`
 */
export function compileElementFilter(
  attribute: Attribute,
  text: string,
): { matches: Predicate; equal: Json | undefined } {
  const { tree, textOf } = parseFilter(text);
  const matches = compile(tree, { look: lookInside(attribute), textOf });
  const terms = conjuncts(tree);
  const parts = terms
    .filter(isEquality)
    .map(({ attrPath, compValue }) => [
      byName(attribute.subAttributes ?? [], attrPath)?.name ?? attrPath,
      textOf(compValue),
    ]);
  return { matches, equal: parts.length === terms.length ? Object.fromEntries(parts) : undefined };
}

function compile(node: Filter, scope: Scope): Predicate {
  if ('filters' in node) {
    if (isSameElement(node)) return compileSameElement(node, scope);
    const parts = node.filters.map((filter) => compile(filter, scope));
    return node.op === 'and' ? every(parts) : (item) => parts.some((part) => part(item));
  }
  if (node.op === 'not') {
    const inner = compile(node.filter, scope);
    return (item) => !inner(item);
  }
  if (node.op === '[]') return compileElements(node, [node.valFilter], scope);
  if (node.op === 'pr') {
    const { valuesOf } = scope.look(node.attrPath);
    return (item) => valuesOf(item).length > 0;
  }
  return compileComparison(node, scope);
}

function compileComparison({ op, attrPath, compValue }: Compare, { look, textOf }: Scope): Predicate {
  const { attribute, valuesOf } = mainPart(look(attrPath));
  if (compValue === null && (op === 'eq' || op === 'ne'))
    return (item) => (valuesOf(item).length === 0) === (op === 'eq');
  const test = compare(op, attribute, textOf(compValue));
  if (op === 'ne')
    return (item) => {
      const values = valuesOf(item);
      return values.length === 0 || values.some(test);
    };
  return (item) => valuesOf(item).some(test);
}

/** A complex attribute without a part stands for its `value` (RFC 7644 section 3.4.2.2). */
function mainPart({ attribute, valuesOf }: Found): Found {
  if (attribute.type !== 'complex') return { attribute, valuesOf };
  const value = byName(attribute.subAttributes ?? [], 'value');
  if (!value) throw invalidFilter(`say which part of ${attribute.name} is meant`);
  return {
    attribute: value,
    valuesOf: (item) => valuesOf(item).flatMap((element) => partOf(element, value)),
  };
}

type SameElement = LogExp & { readonly filters: [ValuePath, Exclude<Filter, LogExp | ValuePath>] };

/** `emails[…].value eq "x"`, which the library makes two conditions of. */
function isSameElement(node: LogExp): node is SameElement {
  const [list, part] = node.filters;
  return list?.op === '[]' && part !== undefined && 'attrPath' in part && part.attrPath.includes(`.${SAME}`);
}

function compileSameElement({ filters: [list, part] }: SameElement, scope: Scope): Predicate {
  if (!('attrPath' in part)) throw invalidFilter('it cannot be read');
  const attrPath = part.attrPath.slice(part.attrPath.indexOf(SAME) + SAME.length);
  return compileElements(list, [list.valFilter, { ...part, attrPath }], scope);
}

function compileElements(list: ValuePath, filters: readonly Filter[], { look, textOf }: Scope): Predicate {
  const { attribute, valuesOf } = look(list.attrPath);
  const inside = { look: lookInside(attribute), textOf };
  const matches = every(filters.map((filter) => compile(filter, inside)));
  return (item) => valuesOf(item).some((element) => matches(element as Json));
}

function lookInside(holder: Attribute): Look {
  return (path) => {
    const attribute = byName(holder.subAttributes ?? [], path);
    if (!attribute) throw invalidFilter(`${holder.name} has no ${path}`);
    return { attribute, valuesOf: (element) => partOf(element, attribute) };
  };
}

function partOf(element: unknown, { name }: Attribute): unknown[] {
  const value = (element as Json)[name];
  return value === undefined ? [] : [value];
}

function elsewhere(path: string, isAnyKind: boolean): Found {
  if (/(^|:)password$/i.test(path))
    throw new ScimFailure('sensitive', 'a password is nothing to search for', 'forbidden');
  const target = isAnyKind ? kinds.map((kind) => resolve(kind, path)).find((found) => found) : undefined;
  const attribute = target?.sub ?? target?.attribute;
  if (!attribute) throw invalidFilter(`there is no attribute ${path}; see /scim/v2/Schemas`);
  return { attribute, valuesOf: () => [] };
}

function every(parts: readonly Predicate[]): Predicate {
  return (item) => parts.every((part) => part(item));
}

/** The parts of a filter of which all must be true. */
function conjuncts(node: Filter): readonly Filter[] {
  return node.op === 'and' ? node.filters.flatMap(conjuncts) : [node];
}

function isEquality(node: Filter): node is Compare {
  return node.op === 'eq';
}
