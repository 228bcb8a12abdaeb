import type { Group, Json, Resource } from '../estate/model.ts';

export type Actor = {
  readonly kind: 'User' | 'Application';
  /** The user principal name, or the application id. */
  readonly id: string;
  readonly name: string;
  readonly objectId: string;
  readonly client: string;
  readonly address: string;
};

export type PropertyChange = {
  readonly previousValue: string | null;
  readonly newValue: string | null;
  readonly propertyChangeType: 'Update' | 'Insert' | 'Remove';
};

/** One write, delete or action: what the journal keeps, Resource Graph lists and Event Grid announces. */
export type Change = {
  readonly sequence: number;
  readonly id: string;
  readonly at: string;
  readonly kind: 'Create' | 'Update' | 'Delete' | 'Action';
  readonly scope: 'resource' | 'group';
  /** The changed resource (or group): for a child kept inside its parent, the parent. */
  readonly target: string;
  readonly targetType: string;
  /** What Event Grid names: the child itself. */
  readonly subject: string;
  readonly operation: string;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly changes: Readonly<Record<string, PropertyChange>>;
  readonly after?: Resource | Group | undefined;
};

/** The differences of two documents as Resource Graph's `changes` bag writes them: dotted paths, values as text. */
export function diff(before: Json, after: Json): Record<string, PropertyChange> {
  const changes: Record<string, PropertyChange> = {};
  collect('', before, after, changes);
  return changes;
}

const unwatched = new Set(['id', 'name', 'type', 'systemData']);

function collect(path: string, before: Json, after: Json, changes: Record<string, PropertyChange>): void {
  if (before === after) return;
  const left = entriesOf(before, after);
  const right = entriesOf(after, before);
  if (left === undefined || right === undefined) {
    const propertyChangeType = before === undefined ? 'Insert' : after === undefined ? 'Remove' : 'Update';
    changes[path] = { previousValue: textOf(before), newValue: textOf(after), propertyChangeType };
    return;
  }
  const keys = new Set([...left.keys(), ...right.keys()]);
  const bracket = Array.isArray(before ?? after) && Array.isArray(after ?? before);
  for (const key of keys) {
    if (path === '' && unwatched.has(key)) continue;
    const inner = bracket ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    collect(inner, left.get(key), right.get(key), changes);
  }
}

/** What appears or goes as a whole is listed by its parts. */
function entriesOf(value: Json, other: Json): ReadonlyMap<string, Json> | undefined {
  const isPart =
    value === undefined && other !== null && typeof other === 'object' && Object.keys(other).length > 0;
  if (isPart) return new Map();
  return value === null || typeof value !== 'object' ? undefined : new Map(Object.entries(value));
}

function textOf(value: Json): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
