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
