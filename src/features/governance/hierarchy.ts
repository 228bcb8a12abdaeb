/** The management groups of a tenant and what lies in them, as far as it could be read. All names lower-case. */
export type ManagementGroups = {
  readonly groups: Readonly<
    Record<string, { readonly displayName: string; readonly parent: string | undefined }>
  >;
  /** Subscription id to the group that it lies in. */
  readonly subscriptions: Readonly<Record<string, string>>;
};

export const noManagementGroups: ManagementGroups = { groups: {}, subscriptions: {} };

/** Subscription id to the names of the groups above it, nearest first. */
export function ancestorsOf({ groups, subscriptions }: ManagementGroups): Map<string, readonly string[]> {
  return new Map(
    Object.entries(subscriptions).map(([subscription, group]) => [
      subscription,
      [group, ...groupsAbove(group, groups)],
    ]),
  );
}

/** Names of the groups above one, nearest first. */
function groupsAbove(name: string, groups: ManagementGroups['groups']): string[] {
  const above: string[] = [];
  let parent = groups[name]?.parent;
  while (parent !== undefined && !above.includes(parent)) {
    above.push(parent);
    parent = groups[parent]?.parent;
  }
  return above;
}
