import { isObject, targetsIn } from '../document/read.ts';
import { ScimFailure } from '../problems.ts';
import type { Json } from '../resource.ts';
import type { Attribute, Schema } from '../schemas/attribute.ts';
import type { Kind } from '../schemas/kind.ts';
import { byName, resolve, type Target } from '../schemas/path.ts';

export type PatchOperation = {
  readonly op: string;
  readonly path?: string | undefined;
  readonly value?: unknown;
};

/** One change of one attribute, of a part of it, or of the elements of a list that a filter finds. */
export type Step = {
  readonly op: 'add' | 'replace' | 'remove';
  readonly extension: Schema | undefined;
  readonly attribute: Attribute;
  readonly sub: Attribute | undefined;
  /** What stands in brackets. */
  readonly filter: string | undefined;
  readonly value: unknown;
};

/**
 * The operations of a PATCH as steps, without the habits of clients: operators in any case, names in any case and
 * with or without URN, objects without a path (also with dotted keys), and "" or null for "remove".
 * What an object without a path names and nobody may write is passed over.
 * @throws ScimFailure `invalidSyntax`, `invalidPath`, `noTarget`, `mutability`
 */
export function toSteps(kind: Kind, operations: readonly PatchOperation[]): Step[] {
  return operations.flatMap((operation) => {
    const op = operation.op.toLowerCase();
    if (op !== 'add' && op !== 'replace' && op !== 'remove')
      throw new ScimFailure(
        'invalidSyntax',
        `op is add, replace or remove, not ${operation.op.slice(0, 40)}`,
      );
    const { path, value } = operation;
    if (path !== undefined && path !== '') return stepsAt(kind, path, { op, value });
    if (op === 'remove') throw new ScimFailure('noTarget', 'remove needs a path');
    if (!isObject(value)) throw new ScimFailure('invalidValue', 'without a path, value is an object');
    return stepsIn(kind, value, op);
  });
}

function stepsIn(kind: Kind, body: Json, op: Step['op']): Step[] {
  return targetsIn(kind, body)
    .filter(({ target }) => !isReadOnly(target))
    .flatMap(({ target, value }) => toParts(target, { op, value, filter: undefined }));
}

function stepsAt(kind: Kind, path: string, given: { op: Step['op']; value: unknown }): Step[] {
  const { name, filter, part } = splitPath(path);
  const target = resolve(kind, part === undefined ? name : `${name}.${part}`);
  if (!target)
    throw new ScimFailure('invalidPath', `there is no attribute ${path.slice(0, 200)}; see /scim/v2/Schemas`);
  if (isReadOnly(target)) throw new ScimFailure('mutability', `${path.slice(0, 200)} is read-only`);
  if (filter !== undefined && !(target.attribute?.multiValued && target.attribute.type === 'complex'))
    throw new ScimFailure('invalidPath', `${name.slice(0, 100)} has no elements to choose from`);
  return toParts(target, { ...given, filter });
}

/** `emails[type eq "work"].value` in its three parts; brackets inside of texts do not count. */
function splitPath(path: string): { name: string; filter: string | undefined; part: string | undefined } {
  const open = path.indexOf('[');
  if (open < 0) return { name: path, filter: undefined, part: undefined };
  const close = path.lastIndexOf(']');
  const rest = path.slice(close + 1);
  if (close < open || (rest !== '' && !rest.startsWith('.')))
    throw new ScimFailure('invalidPath', `${path.slice(0, 200)} cannot be read`);
  return {
    name: path.slice(0, open).trim(),
    filter: path.slice(open + 1, close),
    part: rest === '' ? undefined : rest.slice(1),
  };
}

/** A whole extension, or a whole complex attribute, is changed part by part: what is not named stays. */
function toParts(
  { extension, attribute, sub }: Target,
  given: { op: Step['op']; value: unknown; filter: string | undefined },
): Step[] {
  const { op, value } = given;
  if (!attribute) return toAttributes(extension, given);
  const isWhole = !sub && attribute.type === 'complex' && !attribute.multiValued;
  if (!isWhole || op === 'remove' || isUnassigned(value)) {
    const isGone = op !== 'remove' && isUnassigned(value);
    return [{ ...given, extension, attribute, sub, ...(isGone && { op: 'remove', value: undefined }) }];
  }
  const parts = isObject(value) ? value : { value };
  return Object.entries(parts).flatMap(([name, member]) => {
    const part = byName(attribute.subAttributes ?? [], name);
    if (!part || part.mutability === 'readOnly') return [];
    return toParts({ extension, attribute, sub: part }, { ...given, value: member });
  });
}

function toAttributes(
  extension: Schema | undefined,
  { op, value, filter }: { op: Step['op']; value: unknown; filter: string | undefined },
): Step[] {
  const attributes = extension?.attributes ?? [];
  if (op === 'remove' || isUnassigned(value))
    return attributes.flatMap((attribute) =>
      toParts({ extension, attribute, sub: undefined }, { op: 'remove', value: undefined, filter }),
    );
  if (!isObject(value)) throw new ScimFailure('invalidValue', 'the value of an extension is an object');
  return Object.entries(value).flatMap(([name, member]) => {
    const attribute = byName(attributes, name);
    return attribute ? toParts({ extension, attribute, sub: undefined }, { op, value: member, filter }) : [];
  });
}

function isUnassigned(value: unknown): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

function isReadOnly({ attribute, sub }: Target): boolean {
  return attribute?.mutability === 'readOnly' || sub?.mutability === 'readOnly';
}
