import { isDeepStrictEqual } from 'node:util';
import { type ScimPatchOperation, type ScimResource, scimPatch } from 'scim-patch';
import { isPrimary, readAttributes, readValue } from '../document/read.ts';
import { compileElementFilter } from '../filter/compile.ts';
import { ScimFailure } from '../problems.ts';
import type { Json } from '../resource.ts';
import type { Attribute } from '../schemas/attribute.ts';
import type { Kind } from '../schemas/kind.ts';
import type { Step } from './operation.ts';

/**
 * The attributes after the steps, in the types of their schema. `scim-patch` carries out each step, once its value is
 * read as its attribute has it: by itself it would keep `active: "False"`, a text, which is true.
 * @throws ScimFailure `invalidValue`, `invalidPath`, `invalidFilter`, `noTarget`
 */
export function applySteps(kind: Kind, attributes: Json, steps: readonly Step[]): Json {
  let patched = attributes;
  for (const step of steps) {
    const operation = toOperation(patched, step);
    if (operation) patched = readAttributes(kind, patchWith(patched, operation));
  }
  return withOnePrimary(attributes, patched);
}

function patchWith(attributes: Json, operation: ScimPatchOperation): Json {
  // The library types `meta` and `schemas` as required and reads neither.
  const resource = attributes as unknown as ScimResource;
  const patched = scimPatch(resource, [operation], { mutateDocument: false, treatMissingAsAdd: true });
  return patched as unknown as Json;
}

/** The step as an operation on a plain path; undefined where there is nothing to do. */
function toOperation(attributes: Json, step: Step): ScimPatchOperation | undefined {
  const { op, attribute, sub, extension, filter } = step;
  const holder = extension ? (attributes[extension.id] as Json | undefined) : attributes;
  const name = extension ? `${extension.id}:${attribute.name}` : attribute.name;
  if (attribute.multiValued && (filter !== undefined || sub)) {
    const before = (holder?.[attribute.name] ?? []) as readonly Json[];
    const value = changeElements(before, step);
    return value.length > 0 ? { op: 'replace', path: name, value } : { op: 'remove', path: name };
  }
  const path = sub ? `${name}.${sub.name}` : name;
  if (op === 'remove') return toRemoval(holder, path, step);
  const field = sub ? `${attribute.name}.${sub.name}` : attribute.name;
  const value = readValue(sub ?? attribute, step.value, field);
  if (value === undefined) return toRemoval(holder, path, { ...step, value: undefined });
  return { op, path, value };
}

function toRemoval(holder: Json | undefined, path: string, step: Step): ScimPatchOperation | undefined {
  const { attribute, value } = step;
  const present = holder?.[attribute.name];
  if (present === undefined) return undefined;
  if (value === undefined || !Array.isArray(present)) return { op: 'remove', path };
  const removed = (readValue(attribute, value, attribute.name) ?? []) as readonly Json[];
  const left = present.filter((element) => !removed.some((item) => isSameElement(element, item)));
  return left.length > 0 ? { op: 'replace', path, value: left } : { op: 'remove', path };
}

/** Whether what a client names is in the element: it need not tell all parts of it. */
function isSameElement(element: unknown, named: unknown): boolean {
  if (typeof element !== 'object' || typeof named !== 'object') return element === named;
  return Object.entries(named as Json).every(([part, value]) =>
    isDeepStrictEqual((element as Json)[part], value),
  );
}

/** A list after a step that means some of its elements: those that a filter finds, or a part of all. */
function changeElements(before: readonly Json[], step: Step): Json[] {
  const { op, attribute, sub, filter } = step;
  const chosen = filter === undefined ? undefined : compileElementFilter(attribute, filter);
  const isChosen = chosen?.matches ?? (() => true);
  if (op === 'remove')
    return before.flatMap((element) => (isChosen(element) ? removed(element, sub) : [element]));
  const parts = readParts(attribute, sub, step.value);
  if (before.some(isChosen))
    return before.map((element) => (isChosen(element) ? { ...element, ...parts } : element));
  if (chosen && !chosen.equal)
    throw new ScimFailure('noTarget', `no element of ${attribute.name} matches ${filter?.slice(0, 100)}`);
  const found = readParts(attribute, undefined, chosen?.equal ?? {});
  return [...before, { ...found, ...parts }];
}

function removed(element: Json, sub: Attribute | undefined): Json[] {
  if (!sub) return [];
  const { [sub.name]: _, ...rest }: Json = element;
  return Object.keys(rest).length > 0 ? [rest] : [];
}

/** The parts of an element that a value names. */
function readParts(attribute: Attribute, sub: Attribute | undefined, value: unknown): Json {
  const one = { ...attribute, multiValued: false };
  const parts = readValue(one, sub ? { [sub.name]: value } : value, attribute.name);
  return (parts ?? {}) as Json;
}

/** Where a new element is the primary one, the one before is not any more (RFC 7644 section 3.5.2). */
function withOnePrimary(before: Json, after: Json): Json {
  const entries = Object.entries(after).map(([name, value]) => {
    if (!Array.isArray(value) || value.filter(isPrimary).length < 2) return [name, value];
    const old = (before[name] ?? []) as readonly unknown[];
    const wasThere = (element: unknown) => old.some((item) => isDeepStrictEqual(item, element));
    const demoted = value.map((element) =>
      isPrimary(element) && wasThere(element) ? { ...element, primary: false } : element,
    );
    return [name, demoted];
  });
  return Object.fromEntries(entries);
}
