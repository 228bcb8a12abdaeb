import type { Group, ManagementGroup, Resource, Subscription } from '../estate/model.ts';
import { normaliseLocation } from '../estate/regions.ts';
import type { Base } from './base.ts';
import { CorruptData } from './dataDirectory.ts';
import { type ExportedRow, toResource } from './exportedRow.ts';
import { readExport } from './exportFile.ts';
import { parseResourceId } from './ids.ts';

type LoadedGroup = { readonly group: Group; readonly resources: Resource[] };

/**
 * An estate exported with `az graph query -q "resources" -o json`, held in memory. Rows of `resourcecontainers` among
 * them give the subscriptions their names. Throws `CorruptData` for a file that holds no resources.
 */
export async function fileBase(path: string): Promise<Base> {
  const rows = await readExport(path);
  const groups = new Map<string, Map<string, LoadedGroup>>();
  const seen = new Set<string>();
  for (const row of rows) {
    const resource = toResource(row);
    if (resource === undefined || seen.has(resource.id.toLowerCase())) continue;
    seen.add(resource.id.toLowerCase());
    add(groups, resource);
  }
  if (seen.size === 0) throw new CorruptData(`${path}: holds no resources`);
  const tenantId = rows.find((row) => row.tenantId)?.tenantId ?? '00000000-0000-0000-0000-000000000000';
  const types = new Set(
    [...groups.values()].flatMap((byKey) =>
      [...byKey.values()].flatMap((loaded) => loaded.resources.map((resource) => resource.type)),
    ),
  );
  return {
    tenantId,
    types: [...types],
    subscriptions: subscriptionsOf([...groups.keys()], rows, tenantId),
    managementGroups: [
      { name: tenantId, displayName: 'Tenant Root Group', parent: undefined } satisfies ManagementGroup,
    ],
    groupsOf: (subscriptionId) =>
      [...(groups.get(subscriptionId) ?? [])].map(([key, loaded]) => ({
        key,
        size: loaded.resources.length,
        read: () => loaded.group,
      })),
    resourcesOf: (subscriptionId, key) => groups.get(subscriptionId)?.get(key)?.resources ?? [],
  };
}

function add(groups: Map<string, Map<string, LoadedGroup>>, resource: Resource): void {
  const parsed = parseResourceId(resource.id);
  if (parsed === undefined) return;
  const subscriptionId = parsed.subscriptionId.toLowerCase();
  const byKey = groups.get(subscriptionId) ?? new Map<string, LoadedGroup>();
  groups.set(subscriptionId, byKey);
  const key = parsed.group.toLowerCase();
  const loaded = byKey.get(key) ?? {
    group: groupFrom(subscriptionId, parsed.group, resource),
    resources: [],
  };
  byKey.set(key, loaded);
  loaded.resources.push(resource);
}

function groupFrom(subscriptionId: string, name: string, resource: Resource): Group {
  const id = `/subscriptions/${subscriptionId}/resourceGroups/${name}`;
  return {
    id,
    name,
    subscriptionId,
    location: normaliseLocation(resource.location),
    provisioningState: 'Succeeded',
  };
}

function subscriptionsOf(
  ids: readonly string[],
  rows: readonly ExportedRow[],
  tenantId: string,
): readonly Subscription[] {
  const names = new Map<string, string>();
  for (const row of rows) {
    if (row.type.toLowerCase() !== 'microsoft.resources/subscriptions') continue;
    names.set(row.subscriptionId?.toLowerCase() ?? '', row.name ?? '');
  }
  return ids.map((id, index) => ({
    index,
    id,
    displayName: names.get(id) ?? id,
    managementGroup: tenantId,
    tags: {},
  }));
}
