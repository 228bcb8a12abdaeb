import { randomBytes } from 'node:crypto';
import type { Kind } from './schemas/kind.ts';

export type Json = Readonly<Record<string, unknown>>;

/** `meta` as it is kept; where it is found is added to an answer. */
export type Meta = {
  readonly resourceType: 'User' | 'Group';
  /** ISO 8601. */
  readonly created: string;
  readonly lastModified: string;
  /** Weak entity tag. */
  readonly version: string;
};

/** A user, or a group without its members, in the spelling of its schema (RFC 7643). */
export type Resource = Json & {
  readonly schemas: readonly string[];
  readonly id: string;
  readonly meta: Meta;
};

/** A resource as it was read; `etag` is the row's. */
export type Stored = { readonly resource: Resource; readonly etag: string };

/** A new id: a UUID whose order is that of time (RFC 9562 version 7), so that what comes new comes last in a list. */
export function newId(now: Date): string {
  const time = now.getTime().toString(16).padStart(12, '0');
  const random = randomBytes(10).toString('hex');
  const variant = '89ab'[Number.parseInt(random.slice(3, 4), 16) % 4];
  return [
    time.slice(0, 8),
    time.slice(8),
    `7${random.slice(0, 3)}`,
    `${variant}${random.slice(4, 7)}`,
    random.slice(7, 19),
  ].join('-');
}

/** A resource that did not exist before. */
export function created(kind: Kind, attributes: Json, { id, now }: { id: string; now: Date }): Resource {
  const time = now.toISOString();
  const meta: Meta = { resourceType: kind.name, created: time, lastModified: time, version: 'W/"1"' };
  return { schemas: schemasOf(kind, attributes), id, ...attributes, meta };
}

/** A resource with other attributes: changed now, in its next version. */
export function changed(kind: Kind, before: Resource, change: { attributes: Json; now: Date }): Resource {
  const { id, meta } = before;
  const version = `W/"${Number(/\d+/.exec(meta.version)?.[0] ?? 0) + 1}"`;
  const { attributes, now } = change;
  return {
    schemas: schemasOf(kind, attributes),
    id,
    ...attributes,
    meta: { ...meta, lastModified: now.toISOString(), version },
  };
}

/** What of a resource a client may write. */
export function attributesOf(resource: Resource): Json {
  const { schemas: _schemas, id: _id, meta: _meta, ...attributes } = resource;
  return attributes;
}

function schemasOf(kind: Kind, attributes: Json): string[] {
  const extensions = kind.extensions.map(({ id }) => id).filter((id) => attributes[id] !== undefined);
  return [kind.schema.id, ...extensions];
}
