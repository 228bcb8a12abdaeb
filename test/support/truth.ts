import {
  canonicalize,
  type InventoryStore,
  type ResourceDocument,
  toResourceDocument,
} from '#features/inventory/index.ts';

/** Canonical JSON of every resource and resource group by its lower-cased id. */
export type Documents = ReadonlyMap<string, string>;

const MAX_SHOWN = 10;

/** The estate as the simulator has it this moment, whatever faults it shows, as the product would keep it. */
export async function readTruth(simulatorUrl: string): Promise<Documents> {
  return toDocuments(await readRows(simulatorUrl));
}

async function readRows(simulatorUrl: string): Promise<Readonly<Record<string, unknown>>[]> {
  const text = await fetch(`${simulatorUrl}/simulator/truth`).then((response) => response.text());
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

/** Everything of Azure in a tenant's tables, straight from the rows. */
export async function readInventory(store: InventoryStore): Promise<Documents> {
  const found = new Map<string, string>();
  for (const { segment } of await store.segments.list()) {
    for await (const page of store.resources(segment)) {
      for (const { id, json, source } of page) if (source === 'azure') found.set(id.toLowerCase(), json);
    }
  }
  return found;
}

/** Resource groups stand apart: `/simulator/truth` lists resources alone. */
export function withoutGroups(documents: Documents): Documents {
  return new Map([...documents].filter(([id]) => id.includes('/providers/')));
}

/** A line for each resource that differs; empty when both are equal. Long lists are cut, and say so. */
export function differences(expected: Documents, actual: Documents): string[] {
  const missing = [...expected.keys()].filter((id) => !actual.has(id)).map((id) => `missing: ${id}`);
  const extra = [...actual.keys()].filter((id) => !expected.has(id)).map((id) => `not in Azure: ${id}`);
  const changed = [...expected].flatMap(([id, json]) => {
    const other = actual.get(id);
    return other === undefined || other === json ? [] : [`different: ${id}: ${firstDifference(json, other)}`];
  });
  const all = [...missing, ...extra, ...changed];
  return all.length <= MAX_SHOWN ? all : [...all.slice(0, MAX_SHOWN), `… ${all.length - MAX_SHOWN} more`];
}

function toDocuments(rows: readonly Readonly<Record<string, unknown>>[]): Documents {
  const documents = rows.map(toResourceDocument).filter((document) => document !== undefined);
  return new Map(documents.map((document) => [document.id.toLowerCase(), jsonOf(document)]));
}

function jsonOf(document: ResourceDocument): string {
  return canonicalize(document).json;
}

function firstDifference(expected: string, actual: string): string {
  let at = 0;
  while (at < expected.length && expected[at] === actual[at]) at += 1;
  const from = Math.max(0, at - 60);
  return `Azure …${expected.slice(from, from + 160)}… inventory …${actual.slice(from, from + 160)}…`;
}
