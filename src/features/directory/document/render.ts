import type { Json, Resource } from '../resource.ts';
import type { Kind } from '../schemas/kind.ts';
import { type Projection, project } from './project.ts';

/** Where a resource is. */
export function locationOf(kind: Kind, id: string, base: string): string {
  return `${base}${kind.endpoint}/${id}`;
}

/** A resource as an answer shows it: with where it and what it refers to are, and with what was asked for only. */
export function render(
  kind: Kind,
  resource: Resource | Json,
  { base, projection }: { base: string; projection: Projection },
): Json {
  const { id, meta, groups, members } = resource;
  const whole = {
    ...resource,
    ...(Array.isArray(groups) && { groups: groups.map((group) => withReference(group, `${base}/Groups`)) }),
    ...(Array.isArray(members) && { members: members.map((member) => toMember(member, base)) }),
    meta: { ...(meta as Json), location: locationOf(kind, String(id), base) },
  };
  return project(kind, whole, projection);
}

/** A member that does not say what it is has no address. */
function toMember(member: Json, base: string): Json {
  const { type } = member;
  const endpoint = type === 'User' || type === 'Group' ? `${base}/${type}s` : undefined;
  return endpoint ? withReference(member, endpoint) : member;
}

function withReference(item: Json, endpoint: string): Json {
  return { ...item, $ref: `${endpoint}/${encodeURIComponent(String(item.value))}` };
}

/** RFC 7644 section 3.4.2. */
export function toList(resources: readonly Json[], page: { total: number; startIndex: number }): Json {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: page.total,
    startIndex: page.startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}
