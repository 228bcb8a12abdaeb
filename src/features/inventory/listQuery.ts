import type { ResourceQuery, SortField } from '#features/search/index.ts';
import { Failure } from '#platform/failure.ts';
import { decodeCursor } from './cursor.ts';
import { normalizeLocation } from './document.ts';
import { CONTAINER_TYPES, resourceTypeOf } from './resourceTypes.ts';
import { Resource, type ResourceListQuery } from './schema.ts';

/** What the index is asked. */
export function toIndexQuery(input: ResourceListQuery): ResourceQuery {
  const descending = input.sort.startsWith('-');
  const sort = input.sort.replace('-', '') as SortField;
  const order = { sort, descending, limit: input.limit };
  const filter = {
    ...(input.subscriptionId && { segments: input.subscriptionId }),
    ...(input.resourceType
      ? { types: input.resourceType.map(resourceTypeOf) }
      : { exceptTypes: CONTAINER_TYPES }),
    ...(input.location && { locations: input.location.map(normalizeLocation) }),
    ...(input.resourceGroup && { resourceGroups: input.resourceGroup }),
    ...(input.source && { sources: input.source }),
    ...(input.tag && { tags: input.tag.map(toTagCondition) }),
    ...(input.text !== undefined && { text: input.text }),
  };
  if (input.cursor === undefined) return { filter, ...order, offset: (input.page - 1) * input.limit };
  return { filter, ...order, after: decodeCursor(input.cursor, { sort, descending }) };
}

/** Keeps the named fields of a resource; all of them where none are named. */
export function toProjection(fields: string | undefined): (resource: Resource) => Partial<Resource> {
  if (fields === undefined) return (resource) => resource;
  const names = fields.split(',');
  const known = new Set<string>(Object.keys(Resource.shape));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new Failure('invalid', 'the query is not valid', {
      problems: [
        {
          field: 'fields',
          reason: `unknown field ${unknown.join(', ')}`,
          fix: `choose from ${[...known].join(', ')}`,
        },
      ],
    });
  }
  const wanted = new Set(names);
  return (resource) => Object.fromEntries(Object.entries(resource).filter(([name]) => wanted.has(name)));
}

function toTagCondition(text: string): { name: string; value: string | undefined } {
  const at = text.indexOf('=');
  return at < 0 ? { name: text, value: undefined } : { name: text.slice(0, at), value: text.slice(at + 1) };
}
