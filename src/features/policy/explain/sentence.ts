import type { CompiledPolicy } from '../definition/policy.ts';
import type { Outcome } from '../evaluation/outcome.ts';
import { shown } from '../expressions/fault.ts';
import { isArray, isObject, readKeyOf } from '../json/json.ts';
import { findOperator } from '../operators/registry.ts';
import type { Change } from './change.ts';
import type { RelatedTrace } from './relatedTrace.ts';
import type { TraceLeaf, TraceNode } from './trace.ts';

/** Conditions that a sentence names at most. */
const MOST_FACTS = 4;

/** What a sentence is made of. */
export interface Story {
  readonly policy: CompiledPolicy;
  readonly resource: unknown;
  readonly outcome: Outcome;
  readonly trace: TraceNode | null;
  readonly changes: readonly Change[] | null;
  readonly related: RelatedTrace | null;
}

/** One readable sentence or two about an outcome. */
export function sentence(story: Story): string {
  const subject = resourceName(story.resource);
  const policy = `"${story.policy.displayName || story.policy.name || 'the policy'}"`;
  const { outcome } = story;
  switch (outcome.state) {
    case 'compliant':
      return `${subject} complies with ${policy}${because(facts(story.trace, false))}.`;
    case 'nonCompliant':
      return `${subject} violates ${policy}${because([...lacking(story.related), ...facts(story.trace, true)])}.${cure(story.changes)}`;
    case 'notApplicable':
      return `${policy} does not apply to ${subject}: ${outcome.reason}.`;
    case 'exempt':
      return `${subject} is exempt from ${policy} (${outcome.exemption.category}).`;
    case 'error':
      return `${policy} could not be evaluated for ${subject}: ${outcome.expression} failed, ${outcome.reason}.`;
    case 'needsData':
      return `${policy} could not be decided for ${subject}: ${outcome.missing.join(', ')} is missing (${outcome.reason}).`;
  }
}

function resourceName(resource: unknown): string {
  const name = isObject(resource) ? readKeyOf(resource, 'name') : undefined;
  return typeof name === 'string' && name !== '' ? name : 'the resource';
}

function lacking(related: RelatedTrace | null): string[] {
  if (related === null) return [];
  const { query, found } = related;
  return [
    found === 0
      ? `no ${query.type} was found`
      : `none of the ${found} ${query.type} found meets the existenceCondition`,
  ];
}

function because(reasons: readonly string[]): string {
  if (reasons.length === 0) return '';
  const more = reasons.length > MOST_FACTS ? ' …' : '';
  return `: ${reasons.slice(0, MOST_FACTS).join(', ')}${more}`;
}

/** The leaves that decided a result, as phrases; the type of the resource goes without saying. */
function facts(trace: TraceNode | null, result: boolean): string[] {
  if (trace === null || trace.result !== result) return [];
  return decisive(trace)
    .filter((leaf) => leaf.subject.toLowerCase() !== 'type')
    .map(phrase);
}

function decisive(node: TraceNode): TraceLeaf[] {
  if (node.kind === 'leaf') return [node];
  const of = node.kind === 'not' ? node.of : node.of.filter((each) => each.result === node.result);
  return of.flatMap(decisive);
}

function phrase(leaf: TraceLeaf): string {
  const operator = findOperator(leaf.operator);
  const words = leaf.result ? operator?.phrase : operator?.negatedPhrase;
  const expected = isArray(leaf.expected)
    ? `[${leaf.expected.slice(0, 5).map(shown).join(', ')}]`
    : shown(leaf.expected);
  const actual =
    leaf.operator === 'equals' && leaf.result
      ? ''
      : ` (it is ${leaf.actual === undefined ? 'not set' : shown(leaf.actual)})`;
  return `${leaf.subject} ${words ?? leaf.operator} ${expected}${actual}`;
}

function cure(changes: readonly Change[] | null): string {
  if (changes === null || changes.length === 0) return '';
  return ` To comply, ${changes.slice(0, MOST_FACTS).map(instruction).join('; ')}${changes.length > MOST_FACTS ? ' …' : ''}.`;
}

const instructions: Readonly<Record<Change['action'], (change: Change) => string>> = {
  set: ({ property, to, requirement }) => `set ${property} to ${requirement ?? shown(to)}`,
  remove: ({ property }) => `remove ${property}`,
  add: ({ property, requirement }) => `add ${requirement ?? 'a member'} to ${property}`,
  create: ({ property, requirement }) =>
    `create ${property}${requirement === undefined ? '' : ` ${requirement}`}`,
};

function instruction(change: Change): string {
  return instructions[change.action](change);
}
