import { Failure } from '#platform/failure.ts';
import { canonicalize, normalizeLocation, type ResourceDocument } from './document.ts';
import type { Annotations, Cause, Change, StoredResource } from './model.ts';
import { parseResourceId } from './resourceId.ts';
import type { ResourceInput, ResourceUpdate } from './schema.ts';

/** A registered resource as a document. @throws Failure `invalid` where id, type and name do not agree */
export function toDocument(input: ResourceInput): ResourceDocument {
  const { id, type, name } = parseResourceId(input.id ?? composeId(input));
  const isOther = type !== undefined && type.toLowerCase() !== input.resource_type.toLowerCase();
  if (isOther || (type !== undefined && !input.name.toLowerCase().endsWith(name.toLowerCase()))) {
    throw new Failure('invalid', 'the body is not valid', {
      problems: [
        {
          field: '/id',
          reason: `it names ${type} ${name}`,
          fix: 'give the resource_type and name that the id has',
        },
      ],
    });
  }
  return {
    id,
    name: input.name,
    type: input.resource_type,
    location: normalizeLocation(input.location),
    tags: input.tags ?? {},
    properties: input.properties ?? {},
    ...(input.sku && { sku: input.sku }),
    ...(input.identity && { identity: input.identity }),
    ...(input.kind && { kind: input.kind }),
  };
}

/** A child's name has a part for each part of its type: `server1/db1` for `Microsoft.Sql/servers/databases`. */
function composeId(input: ResourceInput): string {
  const [namespace = '', ...types] = input.resource_type.split('/');
  const names = types.length === 1 ? [input.name] : input.name.split('/');
  if (names.length !== types.length) {
    throw new Failure('invalid', 'the body is not valid', {
      problems: [
        {
          field: '/name',
          reason: `the type ${input.resource_type} has ${types.length} parts, the name ${names.length}`,
          fix: 'name the parents too, as in server1/db1, or send the full id',
        },
      ],
    });
  }
  const provider = `providers/${namespace}/${types.map((type, index) => `${type}/${names[index]}`).join('/')}`;
  if (input.subscription_id && input.resource_group) {
    return `/subscriptions/${input.subscription_id}/resourceGroups/${input.resource_group}/${provider}`;
  }
  if (input.subscription_id) {
    throw new Failure('invalid', 'the body is not valid', {
      problems: [
        {
          field: '/resource_group',
          reason: 'is required with subscription_id',
          fix: 'name the resource group, or send the full id',
        },
      ],
    });
  }
  return `/external/${input.resource_group ?? 'default'}/${provider}`;
}

/** Annotations with the new ones; null removes one. */
export function annotate(before: Annotations, changes: ResourceUpdate['annotations']): Annotations {
  const all = Object.entries({ ...before, ...changes });
  return Object.fromEntries(all.filter(([, value]) => value !== null && value !== undefined));
}

/** The document with what an update names; the rest stays. */
export function applyUpdate(document: ResourceDocument, input: ResourceUpdate): ResourceDocument {
  return {
    ...document,
    ...(input.id !== undefined && { id: input.id }),
    ...(input.name !== undefined && { name: input.name }),
    ...(input.resource_type !== undefined && { type: input.resource_type }),
    ...(input.location !== undefined && { location: normalizeLocation(input.location) }),
    ...(input.tags !== undefined && { tags: input.tags }),
    ...(input.properties !== undefined && { properties: input.properties }),
    ...(input.sku !== undefined && { sku: input.sku }),
    ...(input.identity !== undefined && { identity: input.identity }),
    ...(input.kind !== undefined && { kind: input.kind }),
  };
}

/** The change that writes a registered resource. */
export function toPut(
  document: ResourceDocument,
  annotations: Annotations,
  context: { previous: StoredResource | undefined; cause: Cause },
): Change {
  const { previous, cause } = context;
  return {
    kind: 'put',
    next: canonicalize(document),
    source: previous?.source ?? 'api',
    annotations,
    apiVersion: previous?.apiVersion,
    previous,
    cause,
  };
}
