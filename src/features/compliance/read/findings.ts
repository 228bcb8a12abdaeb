import * as z from 'zod';
import { parseResourceId, resourceTypeOf } from '#features/inventory/index.ts';
import type { ResourceQuery } from '#features/search/index.ts';
import { decodeCursor, encodeCursor } from '#http/cursor.ts';
import { type Standing, unpackFindings } from '../evaluation/outcomes.ts';
import { findingId, type PairInfo } from '../plan/pair.ts';
import { fromOutcomesRow, ranges } from '../rows/rows.ts';
import type { Finding, FindingsQuery } from '../schema.ts';
import type { Room } from '../work/room.ts';
import { findingsMatcher } from './filter.ts';

export type FindingsPage = {
  readonly data: Finding[];
  readonly total: number;
  readonly nextCursor: string | null;
};

/** The last resource that was shown whole, and how many findings of the next one were. */
const Cursor = z.tuple([z.string(), z.number().int().min(0)]);
const SEVERITIES = ['critical', 'high', 'medium', 'low'];

/**
 * A page of findings, by resource id and severity. The list index of the inventory chooses the resources, the findings
 * in memory are matched on the way, and only the rows of the page are read: about a millisecond for 10,000 resources.
 */
export async function listFindings(query: FindingsQuery, room: Room): Promise<FindingsPage> {
  await Promise.all([room.findings.refresh(), room.store.registry.reload()]);
  const infoOf = (code: string) => room.store.registry.get(code);
  const match = findingsMatcher(query, infoOf);
  const [lastId, shown] = query.cursor === undefined ? [undefined, 0] : decodeCursor(query.cursor, Cursor);
  let total = 0;
  const { hits } = await room.catalogue.query({
    filter: resourceFilter(query),
    where(segment, key) {
      const count = match(room.findings.of(segment, key)).length;
      total += count;
      return count > 0;
    },
    sort: 'id',
    descending: false,
    ...(lastId !== undefined && { after: { value: lastId, id: lastId } }),
    limit: query.limit + 1,
  });
  const data: Finding[] = [];
  let place: readonly [string, number] = [lastId ?? '', shown];
  for (const { segment, key, id } of hits) {
    const skipped = data.length === 0 ? shown : 0;
    const row = await room.store.rows(segment).get(key);
    const found = sorted(match(row ? unpackFindings(row.findings) : []), infoOf).slice(skipped);
    for (const [index, each] of found.entries()) {
      if (data.length === query.limit)
        return { data, total, nextCursor: encodeCursor([place[0], index + skipped]) };
      data.push(toFinding(row?.id ?? id, each, infoOf));
      place = [place[0], index + skipped + 1];
    }
    place = [id, 0];
    if (data.length === query.limit && hits.at(-1)?.id !== id)
      return { data, total, nextCursor: encodeCursor(place) };
  }
  return { data, total, nextCursor: null };
}

/** Every finding that matches, a storage page at a time; nothing is kept in memory. */
export async function* streamFindings(query: FindingsQuery, room: Room): AsyncGenerator<Finding[]> {
  await room.store.registry.reload();
  const infoOf = (code: string) => room.store.registry.get(code);
  const match = findingsMatcher(query, infoOf);
  const { subscriptionId, resourceType, resourceGroup } = query;
  const types = resourceType?.map((type) => resourceTypeOf(type).toLowerCase());
  const groups = resourceGroup?.map((group) => group.toLowerCase());
  for (const { segment } of await room.inventory.segments.list()) {
    if (subscriptionId && !subscriptionId.some((id) => id.toLowerCase() === segment)) continue;
    for await (const page of room.store.rows(segment).partition.pages(ranges.resources())) {
      const found = page.map(fromOutcomesRow).flatMap(({ id, findings }) => {
        const { type = '', resourceGroup: group = '' } = parseResourceId(id);
        if (types && !types.includes(type.toLowerCase())) return [];
        if (groups && !groups.includes(group.toLowerCase())) return [];
        return sorted(match(unpackFindings(findings)), infoOf).map((each) => toFinding(id, each, infoOf));
      });
      if (found.length > 0) yield found;
    }
  }
}

function resourceFilter({
  subscriptionId,
  resourceType,
  resourceGroup,
}: FindingsQuery): ResourceQuery['filter'] {
  return {
    ...(subscriptionId && { segments: subscriptionId }),
    ...(resourceType && { types: resourceType.map(resourceTypeOf) }),
    ...(resourceGroup && { resourceGroups: resourceGroup }),
  };
}

type Entry = readonly [code: string, standing: Standing];

function sorted(findings: readonly Entry[], infoOf: (code: string) => PairInfo | undefined): Entry[] {
  const rank = ([code]: Entry) => SEVERITIES.indexOf(infoOf(code)?.severity ?? 'low');
  return [...findings].sort((a, b) => rank(a) - rank(b) || (a[0] < b[0] ? -1 : 1));
}

function toFinding(
  id: string,
  [code, { state, since }]: Entry,
  infoOf: (code: string) => PairInfo | undefined,
): Finding {
  const { type = '', resourceGroup, subscriptionId, name } = parseResourceId(id);
  const info = infoOf(code);
  return {
    id: findingId(code, id),
    resource_id: id,
    resource_name: name,
    resource_type: type,
    subscription_id: subscriptionId ?? null,
    resource_group: resourceGroup ?? null,
    state,
    severity: info?.severity ?? 'medium',
    since: new Date(since * 1000).toISOString(),
    policy_id: info?.policyId ?? '',
    policy_name: info?.policyName ?? '',
    policy_definition_id: info?.definitionId ?? '',
    assignment_id: info?.assignmentId ?? '',
    assignment_name: info?.assignmentName ?? '',
    ...(info?.initiativeId !== undefined && { initiative_id: info.initiativeId }),
    ...(info?.referenceId !== undefined && { reference_id: info.referenceId }),
    frameworks: Object.fromEntries(
      Object.entries(info?.frameworks ?? {}).map(([name, ids]) => [name, [...ids]]),
    ),
  };
}
