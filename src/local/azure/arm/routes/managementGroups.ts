import type { ManagementGroup } from '../../estate/model.ts';
import { ancestors } from '../../state/hierarchy.ts';
import type { World } from '../../world.ts';
import { notFound } from '../failure.ts';
import { ok, parameter, type Route } from '../http.ts';

const root = 'providers/microsoft.management/managementgroups';
const groupType = 'Microsoft.Management/managementGroups';

export const managementGroupRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'providers/microsoft.management/getentities',
    handle: (_request, world) => {
      const value = entities(world);
      return ok({ value, count: value.length });
    },
  },
  {
    method: 'GET',
    path: root,
    handle: (_request, { estate }) => {
      const { tenantId } = estate;
      const value = estate.managementGroups.map((group) => ({
        id: idOf(group.name),
        type: groupType,
        name: group.name,
        properties: { tenantId, displayName: group.displayName },
      }));
      return ok({ value });
    },
  },
  {
    method: 'GET',
    path: `${root}/{group}`,
    handle: (request, world, { group = '' }) => {
      const found = find(world, group);
      const expand = parameter(request, '$expand')?.toLowerCase() === 'children';
      return ok(render(world, found, expand ? (parameter(request, '$recurse') === 'true' ? 10 : 1) : 0));
    },
  },
  {
    method: 'GET',
    path: `${root}/{group}/descendants`,
    handle: (_request, world, { group = '' }) => ok({ value: descendants(world, find(world, group)) }),
  },
];

/** Every group and subscription with the names of the groups above it, from the root on. */
function entities({ estate }: World): unknown[] {
  const { tenantId } = estate;
  const chain = (name: string, own: boolean) => ancestors(estate, name, own).toReversed();
  const properties = (displayName: string, above: readonly ManagementGroup[]) => ({
    tenantId,
    displayName,
    parent: above.length === 0 ? {} : { id: idOf(above.at(-1)?.name ?? '') },
    parentDisplayNameChain: above.map((group) => group.displayName),
    parentNameChain: above.map((group) => group.name),
    permissions: 'view',
    inheritedPermissions: 'view',
  });
  return [
    ...estate.managementGroups.map(({ name, displayName }) => ({
      id: idOf(name),
      type: groupType,
      name,
      properties: properties(displayName, chain(name, false)),
    })),
    ...estate.subscriptions.map(({ id, displayName, managementGroup }) => ({
      id: `/subscriptions/${id}`,
      type: '/subscriptions',
      name: id,
      properties: properties(displayName, chain(managementGroup, true)),
    })),
  ];
}

function idOf(name: string): string {
  return `/providers/Microsoft.Management/managementGroups/${name}`;
}

function find(world: World, name: string): ManagementGroup {
  const group = world.estate.managementGroups.find(
    (candidate) => candidate.name.toLowerCase() === name.toLowerCase(),
  );
  if (group === undefined) throw notFound('NotFound', `'${name}' not found.`);
  return group;
}

function render(world: World, group: ManagementGroup, depth: number): unknown {
  const { tenantId } = world.estate;
  const [parent] = ancestors(world.estate, group.name);
  return {
    id: idOf(group.name),
    type: groupType,
    name: group.name,
    properties: {
      tenantId,
      displayName: group.displayName,
      details: {
        version: 1,
        parent: parent && { id: idOf(parent.name), name: parent.name, displayName: parent.displayName },
      },
      children: depth > 0 ? children(world, group, depth) : undefined,
    },
  };
}

function children(world: World, group: ManagementGroup, depth: number): unknown[] {
  const groups = world.estate.managementGroups.filter((candidate) => candidate.parent === group.name);
  const subscriptions = world.estate.subscriptions.filter(
    (candidate) => candidate.managementGroup === group.name,
  );
  return [
    ...groups.map((child) => ({
      id: idOf(child.name),
      type: groupType,
      name: child.name,
      displayName: child.displayName,
      children: depth > 1 ? children(world, child, depth - 1) : undefined,
    })),
    ...subscriptions.map(({ id, displayName }) => ({
      id: `/subscriptions/${id}`,
      type: '/subscriptions',
      name: id,
      displayName,
    })),
  ];
}

function descendants(world: World, group: ManagementGroup): unknown[] {
  const { estate } = world;
  const isBelow = (name: string): boolean =>
    ancestors(estate, name).some((above) => above.name === group.name);
  const groups = estate.managementGroups.filter((candidate) => isBelow(candidate.name));
  const inside = new Set([group.name, ...groups.map(({ name }) => name)]);
  const subscriptions = estate.subscriptions.filter((candidate) => inside.has(candidate.managementGroup));
  return [
    ...groups.map(({ name, displayName, parent = '' }) => ({
      id: idOf(name),
      type: groupType,
      name,
      properties: { displayName, parent: { id: idOf(parent) } },
    })),
    ...subscriptions.map(({ id, displayName, managementGroup }) => ({
      id: `/subscriptions/${id}`,
      type: '/subscriptions',
      name: id,
      properties: { displayName, parent: { id: idOf(managementGroup) } },
    })),
  ];
}
