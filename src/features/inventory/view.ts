import type { ResourceDocument } from './document.ts';
import type { StoredResource } from './model.ts';
import { parseResourceId, shortId } from './resourceId.ts';
import type { Resource } from './schema.ts';
import type { StaleScopes } from './store.ts';

/** A stored resource as the API shows it: the guide's names, and what we know beside. */
export function toResource(stored: StoredResource, stale: StaleScopes): Resource {
  const { id, name, type, location, tags, properties, managedBy, extendedLocation, ...rest } = JSON.parse(
    stored.json,
  ) as ResourceDocument;
  const { resourceGroup, subscriptionId } = parseResourceId(id);
  const scope = stale[(resourceGroup ?? '').toLowerCase()] ?? stale['*'];
  return {
    id,
    short_id: shortId(id),
    name,
    resource_type: type,
    location,
    resource_group: resourceGroup ?? null,
    subscription_id: subscriptionId ?? null,
    properties,
    tags: { ...tags },
    ...rest,
    ...(typeof managedBy === 'string' && { managed_by: managedBy }),
    ...(extendedLocation !== undefined && { extended_location: extendedLocation }),
    source: stored.source,
    annotations: stored.annotations as Resource['annotations'],
    version: stored.seq,
    created_at: stored.createdAt,
    updated_at: stored.updatedAt,
    ...(scope && stored.source === 'azure' && { stale: scope }),
  };
}

/** ETag (RFC 9110) of a resource as it is shown: its version, and whether its scope can be read. */
export function etagOf({ version, stale }: Pick<Resource, 'version' | 'stale'>): string {
  return stale ? `"${version}-${Date.parse(stale.since).toString(36)}"` : `"${version}"`;
}
