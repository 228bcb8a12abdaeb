import * as z from 'zod';
import { decodeCursor, encodeCursor } from '#http/cursor.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { findAssignable } from './assignmentChecks.ts';
import type { AssignmentListQuery, ExemptionListQuery } from './assignmentSchema.ts';
import { findAssignment, toScope } from './assignments.ts';
import { shown } from './crud.ts';
import type { ListedKind } from './library.ts';
import type { AssignmentRecord, ExemptionRecord, Records } from './model.ts';
import type { Room } from './room.ts';
import type { DefinitionListQuery, InitiativeListQuery } from './schema.ts';
import { isWithin } from './scope.ts';
import type { Summary } from './summary.ts';
import type { Assignment, Exemption, Views } from './view.ts';

const Cursor = z.tuple([z.string()]);
export type Page<T> = {
  readonly data: T[];
  readonly page: number;
  readonly limit: number;
  readonly total: number;
  readonly nextCursor: string | null;
};
type Paging = { readonly page: number; readonly limit: number; readonly cursor?: string | undefined };
type Filter = InitiativeListQuery & Partial<DefinitionListQuery>;
/** Whether a caller may see what lies at a scope; what lies at none belongs to all. */
export type CanSee = (scope: string) => boolean;

const READ_CONCURRENCY = 32;
const RANK: Readonly<Record<string, string>> = { critical: '0', high: '1', medium: '2', low: '3' };

/** Definitions or initiatives that match, a page of them, whole. */
export async function listLibrary<K extends ListedKind>(
  room: Room,
  kind: K,
  options: {
    readonly query: K extends 'definition' ? DefinitionListQuery : InitiativeListQuery;
    readonly canSee: CanSee;
  },
): Promise<Page<Views[K]>> {
  const { query, canSee } = options;
  const isMatch = matcherOf(query);
  const matches = (await room.library.summaries(kind)).filter(
    (each) => isMatch(each) && isVisible(each.armId, canSee),
  );
  const isDescending = query.sort.startsWith('-');
  const page = pageOf(matches, query, { keyOf: sortKey(query.sort.replace('-', '')), isDescending });
  const data = await mapConcurrently(page.data, READ_CONCURRENCY, async ({ id }) => {
    const found = await (kind === 'definition' ? room.library.definition(id) : room.library.initiative(id));
    return found && shown(room, kind, found as Records[K]).view;
  });
  return { ...page, data: data.filter((view) => view !== undefined) as Views[K][] };
}

/** What belongs to a subscription is for those who may see it; what belongs to none is for all. */
export function isVisible(armId: string, canSee: CanSee): boolean {
  const [subscription] = /^\/subscriptions\/[^/]+/i.exec(armId) ?? [];
  return subscription === undefined || canSee(subscription);
}

function matcherOf(query: Filter): (summary: Summary) => boolean {
  const text = query.text?.toLowerCase();
  const categories = query.category?.map((each) => each.toLowerCase());
  return (each) =>
    (!query.type || query.type.includes(each.type)) &&
    (!query.origin || query.origin.includes(each.origin)) &&
    (!categories || categories.includes(each.category.toLowerCase())) &&
    (query.enabled === undefined || each.enabled === query.enabled) &&
    (!query.severity || (each.severity !== undefined && query.severity.includes(each.severity))) &&
    (!query.framework || query.framework.some((framework) => serves(each, framework))) &&
    (text === undefined || textOf(each).includes(text));
}

/** `cisAzure`, or with a control: `cisAzure=3.1`. */
function serves({ frameworks = {} }: Summary, wanted: string): boolean {
  const [name = '', control] = wanted.toLowerCase().split('=');
  const found = Object.entries(frameworks).find(([framework]) => framework.toLowerCase() === name);
  if (!found) return false;
  return control === undefined || found[1].some((each) => each.toLowerCase() === control);
}

function textOf({ name, displayName, description, category }: Summary): string {
  return `${name}\n${displayName}\n${description}\n${category}`.toLowerCase();
}

function sortKey(field: string): (summary: Summary) => string {
  if (field === 'severity') return ({ severity = '' }) => RANK[severity] ?? '4';
  if (field === 'category') return ({ category }) => category.toLowerCase();
  if (field === 'name') return ({ name }) => name.toLowerCase();
  return ({ displayName }) => displayName.toLowerCase();
}

export async function listAssignments(
  room: Room,
  query: AssignmentListQuery,
  canSee: CanSee,
): Promise<Page<Assignment>> {
  const snapshot = await room.snapshots.get();
  const assigned = await armIdOfAssigned(room, query.policyDefinitionId);
  const matches = snapshot.assignments.filter(
    (each) =>
      canSee(each.scope) &&
      isWanted(each, { query, scope: query.scope, snapshot }) &&
      (!query.enforcementMode || each.enforcementMode === query.enforcementMode) &&
      (assigned === undefined || each.policyDefinitionId.toLowerCase() === assigned),
  );
  const page = pageOf(matches, query, byName);
  return { ...page, data: page.data.map((record) => shown(room, 'assignment', record).view) };
}

export async function listExemptions(
  room: Room,
  query: ExemptionListQuery,
  canSee: CanSee,
): Promise<Page<Exemption>> {
  const snapshot = await room.snapshots.get();
  const { policyAssignmentId: id, state } = query;
  const from = id && ((await findAssignment(room, id))?.assignmentId ?? id).toLowerCase();
  const matches = snapshot.exemptions.filter(
    (each) =>
      canSee(each.scope) &&
      isWanted(each, { query, scope: query.scope, snapshot }) &&
      (!query.exemptionCategory || each.exemptionCategory === query.exemptionCategory) &&
      (from === undefined || each.policyAssignmentId.toLowerCase() === from),
  );
  const views = matches
    .map((record) => shown(room, 'exemption', record).view)
    .filter((view) => state === undefined || view.state === state);
  return pageOf(views, query, {
    keyOf: ({ display_name }) => display_name.toLowerCase(),
    isDescending: false,
  });
}

const byName = {
  keyOf: ({ displayName }: { readonly displayName: string }) => displayName.toLowerCase(),
  isDescending: false,
};

function isWanted(
  record: AssignmentRecord | ExemptionRecord,
  of: {
    readonly query: { readonly origin?: readonly string[] | undefined; readonly text?: string | undefined };
    readonly scope: string | undefined;
    readonly snapshot: Parameters<typeof isWithin>[2];
  },
): boolean {
  const { origin, text } = of.query;
  const armId = 'assignmentId' in record ? record.assignmentId : record.exemptionId;
  const words = `${armId}\n${record.displayName}\n${record.description ?? ''}`.toLowerCase();
  return (
    (!origin || origin.includes(record.origin)) &&
    (text === undefined || words.includes(text.toLowerCase())) &&
    (of.scope === undefined || isWithin(record.scope, toScope(of.scope), of.snapshot))
  );
}

async function armIdOfAssigned(room: Room, id: string | undefined): Promise<string | undefined> {
  if (id === undefined) return undefined;
  const assigned = await findAssignable(room, id);
  return (assigned && 'armId' in assigned ? assigned.armId : id).toLowerCase();
}

/** A page in an order that does not move when others come and go: by key, then by id. */
function pageOf<T extends { readonly id: string }>(
  items: readonly T[],
  { page, limit, cursor }: Paging,
  order: { readonly keyOf: (item: T) => string; readonly isDescending: boolean },
): Page<T> {
  const place = (item: T) => `${order.keyOf(item)}\n${item.id}`;
  const sign = order.isDescending ? -1 : 1;
  const placed = items.map((item) => ({ item, at: place(item) }));
  placed.sort((a, b) => (a.at < b.at ? -sign : sign));
  const [after] = cursor === undefined ? [] : decodeCursor(cursor, Cursor);
  const rest =
    after === undefined ? placed : placed.filter(({ at }) => (order.isDescending ? at < after : at > after));
  const start = after === undefined ? (page - 1) * limit : 0;
  const shownOnes = rest.slice(start, start + limit);
  const last = rest.length > start + limit ? shownOnes.at(-1) : undefined;
  return {
    data: shownOnes.map(({ item }) => item),
    page,
    limit,
    total: items.length,
    nextCursor: last ? encodeCursor([last.at]) : null,
  };
}
