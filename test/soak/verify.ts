import type { CloudEvent } from '#features/events/index.ts';
import { type InventoryStore, inventoryTable } from '#features/inventory/index.ts';
import type { Tables } from '#platform/tables.ts';
import { toCloudEvents } from '../../src/features/inventory/events.ts';
import type { Commit } from '../../src/features/inventory/model.ts';
import { ranges } from '../../src/features/inventory/rows.ts';
import { differences, readInventory, readTruth, withoutGroups } from '../support/truth.ts';
import type { Recorded } from './recorder.ts';
import type { QueueCounts } from './world.ts';

const MAX_SHOWN = 10;

/** What the inventory and the simulator do not agree on, a line each. */
export async function compareWithAzure(store: InventoryStore, simulatorUrl: string): Promise<string[]> {
  return differences(await readTruth(simulatorUrl), withoutGroups(await readInventory(store)));
}

/** Every commit of the tenant, by segment. */
export async function readCommits(store: InventoryStore): Promise<ReadonlyMap<string, Commit[]>> {
  const commits = new Map<string, Commit[]>();
  for (const { segment } of await store.segments.list()) {
    const found: Commit[] = [];
    for await (const page of store.commitsAfter(segment, 0)) found.push(...page);
    commits.set(segment, found);
  }
  return commits;
}

/** The log has no gap, ends where the head says, and leads to the rows that are there. */
export async function checkLog(
  store: InventoryStore,
  commits: ReadonlyMap<string, readonly Commit[]>,
): Promise<string[]> {
  const problems: string[] = [];
  for (const [segment, log] of commits) {
    const gap = log.findIndex(({ seq }, index) => seq !== index + 1);
    if (gap >= 0)
      problems.push(`segment ${segment}: commit ${gap + 1} is missing, ${log[gap]?.seq} is there`);
    const head = await store.head(segment);
    if (head !== log.length) problems.push(`segment ${segment}: head ${head}, ${log.length} commits`);
    problems.push(...(await compareWithRows(store, segment, log)));
  }
  return problems;
}

async function compareWithRows(
  store: InventoryStore,
  segment: string,
  log: readonly Commit[],
): Promise<string[]> {
  const expected = new Map<string, string>();
  for (const { kind, entry } of log.flatMap(({ changes }) => changes)) {
    if (kind === 'deleted') expected.delete(entry.id);
    else expected.set(entry.id, `${entry.seq} ${entry.hash}`);
  }
  const rows = new Map<string, string>();
  for await (const page of store.resources(segment)) {
    for (const { id, seq, hash } of page) rows.set(id, `${seq} ${hash}`);
  }
  const ids = new Set([...expected.keys(), ...rows.keys()]);
  return cut(
    [...ids]
      .filter((id) => expected.get(id) !== rows.get(id))
      .map((id) => `log and row differ: ${id}: log ${expected.get(id)}, row ${rows.get(id)}`),
  );
}

/** Each change of each commit has its event, with its content, and the inventory tells of no others. */
export function checkEvents(
  tenantId: string,
  commits: ReadonlyMap<string, readonly Commit[]>,
  recorded: ReadonlyMap<string, Recorded>,
): string[] {
  const expected = new Map<string, CloudEvent>();
  for (const commit of [...commits.values()].flat()) {
    for (const event of toCloudEvents(tenantId, commit)) expected.set(event.id, event);
  }
  const lost = [...expected].filter(([id]) => !recorded.has(id));
  // Other rooms tell of other things: alerts, policies.
  const own = `/tenants/${tenantId}/inventory`;
  const unknown = [...recorded].filter(([id, { event }]) => event.source === own && !expected.has(id));
  const different = [...expected].filter(([id, event]) => {
    const found = recorded.get(id);
    return found && (!found.isAlwaysTheSame || JSON.stringify(found.event) !== asSent(event));
  });
  return [
    ...cut(lost.map(([id, { type, subject, time }]) => `event lost: ${id} ${type} ${subject} of ${time}`)),
    ...cut(unknown.map(([id, { event }]) => `event of no commit: ${id} ${event.type} ${event.subject}`)),
    ...cut(different.map(([id, { subject }]) => `event differs from its commit: ${id} ${subject}`)),
  ];
}

/** Marks of commits that are not published. */
export async function outboxMarks(tables: Tables, store: InventoryStore): Promise<string[]> {
  const table = tables.open(inventoryTable);
  const marks: string[] = [];
  for (const { segment } of await store.segments.list()) {
    const rows = await table.forTenant(store.tenantId, segment).list(ranges.outbox);
    marks.push(...rows.map(({ rowKey }) => `outbox mark left: ${segment} ${rowKey}`));
  }
  return marks;
}

export function checkQueues(counts: readonly QueueCounts[]): string[] {
  return counts.flatMap(({ name, active, deadLettered }) => [
    ...(active > 0 ? [`queue ${name}: ${active} messages left`] : []),
    ...(deadLettered > 0 ? [`queue ${name}: ${deadLettered} messages dead-lettered`] : []),
  ]);
}

/** What the running app lists, page by page, against what the tables hold. */
export async function compareWithApi(
  store: InventoryStore,
  api: { url: string; apiKey: string },
): Promise<string[]> {
  const listed = new Map<string, number>();
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const response = await fetch(`${api.url}/api/v1/resources?limit=500${query}`, {
      headers: { authorization: `Bearer ${api.apiKey}` },
    });
    if (!response.ok) return [`the API answered ${response.status}: ${await response.text()}`];
    const page = (await response.json()) as {
      data: { id: string; version: number }[];
      nextCursor: string | null;
    };
    for (const { id, version } of page.data) listed.set(id, version);
    cursor = page.nextCursor;
  }
  const rows = new Map<string, number>();
  for (const { segment } of await store.segments.list()) {
    for await (const page of store.resources(segment)) {
      for (const { id, seq } of page) if (id.includes('/providers/')) rows.set(id, seq);
    }
  }
  const ids = new Set([...listed.keys(), ...rows.keys()]);
  return cut(
    [...ids]
      .filter((id) => listed.get(id) !== rows.get(id))
      .map((id) => `the list and the row differ: ${id}: version ${listed.get(id)}, row ${rows.get(id)}`),
  );
}

/** Through JSON, as the broker carried it. */
function asSent(event: CloudEvent): string {
  return JSON.stringify(JSON.parse(JSON.stringify(event)));
}

function cut(lines: readonly string[]): string[] {
  return lines.length <= MAX_SHOWN
    ? [...lines]
    : [...lines.slice(0, MAX_SHOWN), `… ${lines.length - MAX_SHOWN} more like it`];
}
