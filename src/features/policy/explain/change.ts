import { isArray, type Json, type Selected } from '../json/json.ts';
import { pathText, type Segment } from '../paths/parse.ts';
import { changeAt } from '../paths/write.ts';

/** The requirement that every value meets. */
export const ANY_VALUE = 'any value';

/** One change to a resource. */
export interface Change {
  readonly action: 'set' | 'remove' | 'add' | 'create';
  /** Path in the ARM document; for `create`, the type of the resource to create. */
  readonly property: string;
  readonly from: Selected;
  /** The new value: the only one that will do, or an example where there is a requirement. */
  readonly to: Selected;
  /** What any value must meet. */
  readonly requirement?: string;
}

/** A change together with the steps of its path. */
export interface PlannedChange extends Change {
  readonly segments: readonly Segment[];
}

/** What a planned change is made from. */
export interface ChangeParts {
  readonly segments: readonly Segment[];
  readonly from: Selected;
  readonly to: Selected;
  readonly requirement?: string | undefined;
}

export function plannedChange(action: Change['action'], parts: ChangeParts): PlannedChange {
  const { segments, from, to, requirement } = parts;
  return {
    action,
    property: pathText(segments),
    segments,
    from,
    to,
    ...(requirement === undefined ? {} : { requirement }),
  };
}

/** A copy of a resource with all changes made. Members are removed from the last to the first. */
export function applyChanges(resource: Json, changes: readonly PlannedChange[]): Json {
  const ordered = changes.toSorted((left, right) => lastIndex(right) - lastIndex(left));
  return ordered.reduce<Json>(
    (document, change) => changeAt(document, change.segments, (current) => next(change, current)) ?? null,
    resource,
  );
}

function lastIndex(change: PlannedChange): number {
  const last = change.segments.at(-1);
  return change.action === 'remove' && last?.kind === 'index' ? last.index : -1;
}

function next(change: PlannedChange, current: Json | undefined): Selected {
  if (change.action === 'remove') return undefined;
  if (change.action === 'add') return [...(isArray(current) ? current : []), change.to ?? null];
  return change.to;
}

/**
 * Changes that go together: equal ones once, and of several to one place the one that leaves least freedom
 * ("any value" gives way to a value, and to a value within it). Added members all stay.
 */
export function reconciled(changes: readonly PlannedChange[]): PlannedChange[] {
  return changes.filter(
    (change, i) => change.action === 'add' || !changes.some((other, j) => replaces(other, change, j < i)),
  );
}

function replaces(other: PlannedChange, change: PlannedChange, isEarlier: boolean): boolean {
  if (other === change || other.action === 'add') return false;
  if (other.property === change.property) {
    const difference = freedom(change) - freedom(other);
    return difference > 0 || (difference === 0 && isEarlier);
  }
  return (
    freedom(change) === 2 &&
    /^[.[]/.test(other.property.slice(change.property.length)) &&
    other.property.startsWith(change.property)
  );
}

/** How much a change leaves open: nothing, something, or all. */
function freedom(change: PlannedChange): number {
  if (change.requirement === undefined) return 0;
  return change.requirement === ANY_VALUE ? 2 : 1;
}
