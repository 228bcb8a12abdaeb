import type { Attribute, Schema } from './attribute.ts';
import { commonAttributes, type Kind } from './kind.ts';

/** What an attribute name leads to: an attribute, one of its parts, or a whole extension. */
export type Target = {
  readonly extension: Schema | undefined;
  /** Undefined: the extension as a whole. */
  readonly attribute: Attribute | undefined;
  readonly sub: Attribute | undefined;
};

/**
 * What a name stands for, in any case, with or without the URN of its schema; Entra writes a dot behind the URN, too.
 * Undefined for what the resource does not have (RFC 7644 section 3.10).
 */
export function resolve(kind: Kind, name: string): Target | undefined {
  const { schema, rest } = withoutUrn(kind, name);
  const extension = schema && schema !== kind.schema ? schema : undefined;
  if (rest === '') return extension && { extension, attribute: undefined, sub: undefined };
  const [first = '', second, ...more] = rest.split('.');
  const attributes = extension ? extension.attributes : [...commonAttributes, ...kind.schema.attributes];
  const attribute = byName(attributes, first);
  if (!attribute || more.length > 0) return undefined;
  if (second === undefined) return { extension, attribute, sub: undefined };
  const sub = byName(attribute.subAttributes ?? [], second);
  return sub && { extension, attribute, sub };
}

export function byName(attributes: readonly Attribute[], name: string): Attribute | undefined {
  const wanted = name.toLowerCase();
  return attributes.find((candidate) => candidate.name.toLowerCase() === wanted);
}

function withoutUrn(kind: Kind, name: string): { schema: Schema | undefined; rest: string } {
  const lower = name.toLowerCase();
  for (const schema of [kind.schema, ...kind.extensions]) {
    const urn = schema.id.toLowerCase();
    if (lower === urn) return { schema, rest: '' };
    if (lower.startsWith(`${urn}:`) || lower.startsWith(`${urn}.`))
      return { schema, rest: name.slice(urn.length + 1) };
  }
  return { schema: undefined, rest: name };
}
