import type { Group, ManagementGroup, Resource, Subscription } from '../estate/model.ts';
import type { Base, BaseGroup } from './base.ts';
import type { Change } from './change.ts';
import { parseResourceId } from './ids.ts';
import { Lru } from './lru.ts';
import { Row } from './row.ts';

type Version = {
  readonly resource: Resource | undefined;
  readonly at: number;
  readonly previous: Version | undefined;
};
type GroupState = {
  readonly key: string;
  readonly base: BaseGroup | undefined;
  readonly changed: Group | undefined;
};

/** How far back a lagging Resource Graph can look. */
const historyMilliseconds = 15 * 60_000;
const cachedRows = 4_000;

/** The estate as it is now: an immutable base and, over it, what changed. Memory grows with the changes alone. */
export class Estate {
  readonly #base: Base;
  readonly #overlay = new Map<string, Map<string, Version>>();
  readonly #groups = new Map<string, Map<string, Group | undefined>>();
  readonly #order = new Map<string, readonly GroupState[]>();
  readonly #counts = new Map<string, number>();
  readonly #views = new Lru<readonly Row[]>(cachedRows);
  readonly #bySubscription: ReadonlyMap<string, Subscription>;
  readonly subscriptions: readonly Subscription[];

  constructor(base: Base) {
    this.#base = base;
    this.subscriptions = base.subscriptions.toSorted((a, b) =>
      a.id.toLowerCase() < b.id.toLowerCase() ? -1 : 1,
    );
    this.#bySubscription = new Map(base.subscriptions.map((entry) => [entry.id.toLowerCase(), entry]));
  }

  get tenantId(): string {
    return this.#base.tenantId;
  }

  get managementGroups(): readonly ManagementGroup[] {
    return this.#base.managementGroups;
  }

  get types(): readonly string[] {
    return this.#base.types ?? [];
  }

  subscription(id: string): Subscription | undefined {
    return this.#bySubscription.get(id.toLowerCase());
  }

  /** Keys of the groups that hold resources, in the order of their ids. */
  groupKeys(subscriptionId: string): readonly string[] {
    return this.#orderOf(subscriptionId).map((state) => state.key);
  }

  groups(subscriptionId: string): readonly Group[] {
    return this.#orderOf(subscriptionId)
      .filter((state) => state.key !== '')
      .flatMap((state) => state.changed ?? state.base?.read() ?? []);
  }

  group(subscriptionId: string, name: string): Group | undefined {
    const key = name.toLowerCase();
    const changed = this.#groups.get(subscriptionId);
    if (changed?.has(key)) return changed.get(key);
    return this.#orderOf(subscriptionId)
      .find((state) => state.key === key)
      ?.base?.read();
  }

  get(id: string): Resource | undefined {
    const parsed = parseResourceId(id);
    const subscription = parsed && this.subscription(parsed.subscriptionId);
    if (subscription === undefined) return undefined;
    const rows = this.rows(subscription.id, parsed?.group.toLowerCase() ?? '');
    const key = normaliseId(id);
    const row = rows[firstAtOrAfter(rows, key)];
    return row?.key === key ? row.resource : undefined;
  }

  /** How many resources there are, of one subscription or of all. Nothing is generated for it. */
  count(subscriptionId?: string): number {
    if (subscriptionId === undefined)
      return this.subscriptions.reduce((sum, entry) => sum + this.count(entry.id), 0);
    const known = this.#counts.get(subscriptionId);
    if (known !== undefined) return known;
    const count = this.#base.groupsOf(subscriptionId).reduce((sum, group) => sum + group.size, 0);
    this.#counts.set(subscriptionId, count);
    return count;
  }

  /** The resources of a group in the order of their ids. */
  rows(subscriptionId: string, groupKey: string): readonly Row[] {
    const viewKey = `${subscriptionId}/${groupKey}`;
    const known = this.#views.get(viewKey);
    if (known !== undefined) return known;
    const rows = this.#view(subscriptionId, groupKey, (version) => version);
    this.#views.set(viewKey, rows, rows.length);
    return rows;
  }

  /** The same as they were at a time up to 15 minutes ago. */
  rowsAt(subscriptionId: string, groupKey: string, at: number): readonly Row[] {
    const changed = this.#overlay.get(`${subscriptionId}/${groupKey}`);
    if (changed === undefined || ![...changed.values()].some((version) => version.at > at)) {
      return this.rows(subscriptionId, groupKey);
    }
    return this.#view(subscriptionId, groupKey, (version) => {
      let found: Version | undefined = version;
      while (found !== undefined && found.at > at) found = found.previous;
      return found;
    });
  }

  apply(change: Change): void {
    if (change.scope === 'group') this.#applyGroup(change);
    else this.#applyResource(change);
  }

  #applyResource(change: Change): void {
    const parsed = parseResourceId(change.target);
    const subscription = parsed && this.subscription(parsed.subscriptionId);
    if (parsed === undefined || subscription === undefined) return;
    const viewKey = `${subscription.id}/${parsed.group.toLowerCase()}`;
    const versions = this.#overlay.get(viewKey) ?? new Map<string, Version>();
    this.#overlay.set(viewKey, versions);
    const key = normaliseId(change.target);
    const at = Date.parse(change.at);
    const previous = trim(versions.get(key), at - historyMilliseconds);
    const resource = change.kind === 'Delete' ? undefined : (change.after as Resource | undefined);
    versions.set(key, { resource, at, previous });
    this.#views.delete(viewKey);
    const step = change.kind === 'Create' ? 1 : change.kind === 'Delete' ? -1 : 0;
    this.#counts.set(subscription.id, this.count(subscription.id) + step);
  }

  #applyGroup(change: Change): void {
    const [, , id, , name] = change.target.split('/');
    const subscription = this.subscription(id ?? '');
    if (subscription === undefined || name === undefined) return;
    const groups = this.#groups.get(subscription.id) ?? new Map<string, Group | undefined>();
    this.#groups.set(subscription.id, groups);
    groups.set(
      name.toLowerCase(),
      change.kind === 'Delete' ? undefined : (change.after as Group | undefined),
    );
    this.#order.delete(subscription.id);
  }

  #view(
    subscriptionId: string,
    groupKey: string,
    at: (version: Version) => Version | undefined,
  ): readonly Row[] {
    const scope = { tenantId: this.#base.tenantId, subscriptionId, groupKey };
    const changed = this.#overlay.get(`${subscriptionId}/${groupKey}`);
    const rows = new Map<string, Row>();
    for (const resource of this.#base.resourcesOf(subscriptionId, groupKey)) {
      const row = new Row(resource, scope);
      rows.set(row.key, row);
    }
    for (const [key, version] of changed ?? []) {
      const seen = at(version);
      if (seen?.resource !== undefined) rows.set(key, new Row(seen.resource, scope));
      else if (seen !== undefined) rows.delete(key);
    }
    return [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #orderOf(subscriptionId: string): readonly GroupState[] {
    const known = this.#order.get(subscriptionId);
    if (known !== undefined) return known;
    const changed = this.#groups.get(subscriptionId) ?? new Map<string, Group | undefined>();
    const base = this.#base.groupsOf(subscriptionId);
    const states: GroupState[] = base
      .filter((group) => !changed.has(group.key))
      .map((group) => ({ key: group.key, base: group, changed: undefined }));
    for (const [key, group] of changed) {
      if (group !== undefined) states.push({ key, base: undefined, changed: group });
    }
    states.sort((a, b) => (groupOrder(a.key) < groupOrder(b.key) ? -1 : 1));
    this.#order.set(subscriptionId, states);
    return states;
  }
}

/** Where a group's resources stand among those of its subscription. */
export function groupOrder(key: string): string {
  return key === '' ? '' : `${key}/`;
}

/** The index of the first row whose key is not below the given one. */
export function firstAtOrAfter(rows: readonly Row[], key: string): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.key ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function normaliseId(id: string): string {
  const lower = id.toLowerCase();
  return lower.startsWith('//') ? lower.slice(1) : lower;
}

function trim(version: Version | undefined, oldest: number): Version | undefined {
  if (version === undefined) return undefined;
  if (version.at <= oldest) return { ...version, previous: undefined };
  return { ...version, previous: trim(version.previous, oldest) };
}
