/** The parts of a resource id, in the casing in which it was written. */
export type ResourceId = {
  readonly subscriptionId: string;
  /** Empty for what lives directly in a subscription. */
  readonly group: string;
  readonly namespace: string;
  /** Type segments and names, alternating: `virtualNetworks`, `vnet`, `subnets`, `a`. */
  readonly types: readonly string[];
  readonly names: readonly string[];
  readonly type: string;
};

/** Parses `/subscriptions/{s}[/resourceGroups/{g}]/providers/{ns}/{type}/{name}…`; undefined if it is no resource id. */
export function parseResourceId(id: string): ResourceId | undefined {
  const segments = id.split('/').filter((segment) => segment !== '');
  if (segments[0]?.toLowerCase() !== 'subscriptions' || segments[1] === undefined) return undefined;
  const grouped = segments[2]?.toLowerCase() === 'resourcegroups';
  const start = grouped ? 4 : 2;
  if (segments[start]?.toLowerCase() !== 'providers') return undefined;
  // an extension resource (`…/providers/a/b/c/providers/d/e/f`) is of its last provider's type
  const last = segments.map((segment) => segment.toLowerCase()).lastIndexOf('providers');
  const namespace = segments[last + 1];
  const rest = segments.slice(last + 2);
  if (namespace === undefined || rest.length === 0 || rest.length % 2 !== 0) return undefined;
  const types = rest.filter((_segment, index) => index % 2 === 0);
  const names = rest.filter((_segment, index) => index % 2 === 1);
  return {
    subscriptionId: segments[1],
    group: grouped ? (segments[3] ?? '') : '',
    namespace,
    types,
    names,
    type: [namespace, ...types].join('/'),
  };
}

/** Returns the id one level up (`…/vnet` for `…/vnet/subnets/a`), undefined for a top-level resource. */
export function parentId(id: string): string | undefined {
  const parsed = parseResourceId(id);
  if (parsed === undefined || parsed.names.length < 2) return undefined;
  return id.split('/').slice(0, -2).join('/');
}
