import { readValue } from './document/read.ts';
import { compileElementFilter } from './filter/compile.ts';
import type { Step } from './patch/operation.ts';
import { ScimFailure } from './problems.ts';
import type { Json } from './resource.ts';
import { membersAttribute } from './schemas/group.ts';

/** A member as it is kept; whether there is somebody of that id is not looked at. */
export type Member = { readonly value: string; readonly type?: string; readonly display?: string };

/** What a request does to the members of a group. */
export type MemberStep =
  | { readonly kind: 'add'; readonly members: readonly Member[] }
  | { readonly kind: 'remove'; readonly values: readonly string[] }
  | { readonly kind: 'removeWhere'; readonly matches: (member: Json) => boolean }
  | { readonly kind: 'clear' };

/** Members out of a body. @throws ScimFailure `invalidValue` */
export function readMembers(value: unknown): Member[] {
  const read = (readValue(membersAttribute, value, 'members') ?? []) as Json[];
  return read.map(({ value: id, type, display }, index) => {
    if (typeof id !== 'string') throw new ScimFailure('invalidValue', `members[${index}].value is required`);
    return {
      value: id,
      ...(typeof type === 'string' && { type }),
      ...(typeof display === 'string' && { display }),
    };
  });
}

/**
 * The steps of a PATCH that concern members, in both shapes in which Entra removes one.
 * @throws ScimFailure `invalidValue`, `mutability` where a member as such would change
 */
export function toMemberSteps({ op, sub, filter, value }: Step): MemberStep[] {
  if (sub || (filter !== undefined && op !== 'remove'))
    throw new ScimFailure('mutability', 'members are added and removed, not changed');
  if (op === 'add') return [{ kind: 'add', members: readMembers(value) }];
  if (op === 'replace') return [{ kind: 'clear' }, { kind: 'add', members: readMembers(value) }];
  if (filter !== undefined) {
    const { matches, equal } = compileElementFilter(membersAttribute, filter);
    const id = equal && Object.keys(equal).length === 1 ? equal.value : undefined;
    return typeof id === 'string' ? [{ kind: 'remove', values: [id] }] : [{ kind: 'removeWhere', matches }];
  }
  if (value === undefined || value === null) return [{ kind: 'clear' }];
  return [{ kind: 'remove', values: readMembers(value).map((member) => member.value) }];
}

/** The members after the steps; `keyOf` tells who is who. */
export function applyMemberSteps(
  before: ReadonlyMap<string, Member>,
  steps: readonly MemberStep[],
  keyOf: (value: string) => string,
): Map<string, Member> {
  const members = new Map(before);
  for (const step of steps) {
    if (step.kind === 'clear') members.clear();
    else if (step.kind === 'remove') for (const value of step.values) members.delete(keyOf(value));
    else if (step.kind === 'removeWhere') {
      for (const [key, member] of members) if (step.matches(member)) members.delete(key);
    } else {
      for (const member of step.members)
        if (!members.has(keyOf(member.value))) members.set(keyOf(member.value), member);
    }
  }
  return members;
}

/** Whom the steps name, or undefined where they concern members that they do not name. */
export function namedIn(steps: readonly MemberStep[]): string[] | undefined {
  const values: string[] = [];
  for (const step of steps) {
    if (step.kind === 'clear' || step.kind === 'removeWhere') return undefined;
    values.push(...(step.kind === 'add' ? step.members.map(({ value }) => value) : step.values));
  }
  return values;
}
