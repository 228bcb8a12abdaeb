import { isReading } from '#features/discovery/index.ts';
import { type Attribution, parseResourceId } from '#features/inventory/index.ts';
import type { ActivityRecord } from './record.ts';

/** A change of the inventory, as far as it takes to say who made it. */
export type ObservedChange = {
  readonly id: string;
  readonly kind: 'created' | 'updated' | 'deleted';
  /** When it was recorded, and when a change of the same resource was recorded before it; ISO 8601. */
  readonly at: string;
  readonly previousAt: string | undefined;
  readonly changedPaths: readonly string[];
  /** Azure's, where what told of the change named one. */
  readonly correlationId: string | undefined;
};

/** An operation: the entries that Azure wrote of it from its start to its end. */
type Operation = {
  readonly id: string;
  readonly verb: string;
  readonly first: string;
  readonly last: string;
  readonly latest: ActivityRecord;
  /** Azure answered that there is a new resource (HTTP 201). */
  readonly hasCreated: boolean;
};

/** How long before it was recorded a change may have been made: a sync comes every 15 minutes, and may be late. */
export const WINDOW_MS = 60 * 60_000;
/** Clocks differ, and an operation may say that it ended after its effect could be seen. */
const SKEW_MS = 2 * 60_000;
const TAGS = '/providers/microsoft.resources/tags/default';

/**
 * Says who made changes that nobody named an actor for. An operation fits a change where it was under way between the
 * change before and the moment when this one was recorded, has not failed, and
 * - created the resource itself (created: what is seen for the first time may have been there for years), wrote it,
 *   also by an action (updated), or deleted it (deleted);
 * - or deleted its resource group or a resource above it (deleted);
 * - or wrote a child that the document holds, at the place that changed: `subnets` and `/properties/subnets` (updated);
 * - or wrote its tags, where these changed (updated).
 * Where Azure's correlation id is known, only operations of that id fit. All that fit must name the same one: where
 * two callers, or nobody, may have done it, nothing is said.
 */
export class Attributor {
  readonly #operations = new Map<string, Operation[]>();
  readonly #children = new Map<string, Operation[]>();

  constructor(records: readonly ActivityRecord[]) {
    for (const operation of toOperations(records)) {
      addTo(this.#operations, operation.id, operation);
      const parent = parentOf(operation.id);
      if (parent !== undefined) addTo(this.#children, parent, operation);
    }
  }

  /** Whether any operation may have to do with a resource. */
  concerns(id: string): boolean {
    const key = id.toLowerCase();
    return this.#operations.has(key) || this.#children.has(key) || this.#deletionsAbove(key).length > 0;
  }

  /** Undefined where nobody can be named. */
  attribute(change: ObservedChange): Attribution | undefined {
    const fitting = this.#candidates(change).filter((operation) => fits(operation, change));
    const actors = new Set(fitting.map(({ latest }) => latest.actor?.toLowerCase() ?? null));
    const [best] = fitting.sort((one, other) => (one.last < other.last ? 1 : -1));
    const actor = best?.latest.actor;
    if (!best || !actor || actors.size !== 1) return undefined;
    return { actor, correlationId: best.latest.correlationId, activityId: best.latest.id };
  }

  #candidates({ id, kind, changedPaths }: ObservedChange): Operation[] {
    const key = id.toLowerCase();
    const own = this.#operations.get(key) ?? [];
    if (kind === 'deleted')
      return [...own.filter(({ verb }) => verb === 'delete'), ...this.#deletionsAbove(key)];
    if (kind === 'created') return own.filter(({ verb, hasCreated }) => verb === 'write' && hasCreated);
    const inside = this.#children.get(key) ?? [];
    return [
      ...own.filter(({ verb }) => verb === 'write' || verb === 'action'),
      ...inside.filter((operation) => changedPaths.some((path) => isAt(path, operation.id, key))),
    ];
  }

  #deletionsAbove(key: string): Operation[] {
    return ancestorsOf(key).flatMap((id) =>
      (this.#operations.get(id) ?? []).filter(({ verb }) => verb === 'delete'),
    );
  }
}

function toOperations(records: readonly ActivityRecord[]): Operation[] {
  const relevant = records.filter(
    ({ category, resourceId, operation }) =>
      category === 'Administrative' && resourceId !== null && !isReading(operation),
  );
  const groups = Map.groupBy(relevant, ({ resourceId, operation, correlationId, id }) =>
    [resourceId, operation, correlationId ?? id].join('|').toLowerCase(),
  );
  return [...groups.values()].flatMap((group): Operation[] => {
    const [first, latest] = [group.reduce(earlier), group.reduce(later)];
    const verb = latest.operation.toLowerCase().split('/').at(-1) ?? '';
    const statuses = group.map(({ status }) => status.toLowerCase());
    const hasFailed =
      statuses.includes('failed') && !statuses.some((one) => one === 'succeeded' || one === 'accepted');
    const hasCreated = group.some(({ subStatus }) => subStatus?.toLowerCase() === 'created');
    const id = (latest.resourceId ?? '').toLowerCase();
    return hasFailed ? [] : [{ id, verb, first: first.at, last: latest.at, latest, hasCreated }];
  });
}

function earlier(one: ActivityRecord, other: ActivityRecord): ActivityRecord {
  return other.at < one.at ? other : one;
}

function later(one: ActivityRecord, other: ActivityRecord): ActivityRecord {
  return other.at >= one.at ? other : one;
}

function fits({ first, last, latest }: Operation, change: ObservedChange): boolean {
  const { at, previousAt, correlationId } = change;
  if (correlationId !== undefined) return latest.correlationId === correlationId;
  const noticed = Date.parse(at);
  const since = Math.max(noticed - WINDOW_MS, previousAt === undefined ? 0 : Date.parse(previousAt));
  return Date.parse(first) <= noticed + SKEW_MS && Date.parse(last) >= since;
}

/** The resource whose document may hold what an operation wrote: the parent of a child, or what has the tags. */
function parentOf(id: string): string | undefined {
  if (id.endsWith(TAGS)) return id.slice(0, -TAGS.length);
  return parseResourceId(id).parentId;
}

/** Whether a changed path lies where a document keeps such children. */
function isAt(path: string, childId: string, parentId: string): boolean {
  const place = childId.endsWith(TAGS)
    ? '/tags'
    : `/properties/${childId.slice(parentId.length + 1).split('/')[0]}`;
  const lower = path.toLowerCase();
  return lower === place || lower.startsWith(`${place}/`);
}

/** Resources above, and the resource group. */
function ancestorsOf(id: string): string[] {
  const { parentId, resourceGroup } = parseResourceId(id);
  const group = resourceGroup === undefined ? [] : [id.split('/').slice(0, 5).join('/')];
  const above = parentId === undefined ? [] : [parentId, ...ancestorsOf(parentId)];
  return [...new Set([...above, ...group])].filter((one) => one !== id);
}

function addTo(map: Map<string, Operation[]>, key: string, operation: Operation): void {
  const known = map.get(key);
  if (known) known.push(operation);
  else map.set(key, [operation]);
}
