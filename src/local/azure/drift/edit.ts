import type { JsonObject, Resource } from '../estate/model.ts';
import type { Random } from '../estate/random.ts';

export type Edited = {
  readonly resource: Resource;
  /** The child that was written, where it lives in its parent. */
  readonly subject?: string;
  readonly operation?: string;
  readonly isAction?: boolean;
};

/** One kind of change that people make. */
export type Edit = {
  readonly name: string;
  /** Types in lower case, or all. */
  readonly types: readonly string[] | 'all';
  readonly apply: (resource: Resource, random: Random) => Edited | undefined;
};

export function withProperties(resource: Resource, properties: JsonObject): Edited {
  return { resource: { ...resource, properties: { ...resource.properties, ...properties } } };
}

/** Switches a property between values, to one that it does not have now. */
export function switchBetween(name: string, values: readonly (string | boolean)[]): Edit['apply'] {
  return (resource, random) => {
    const others = values.filter((value) => value !== resource.properties?.[name]);
    const value = others[random.int(0, Math.max(0, others.length - 1))];
    return value === undefined ? undefined : withProperties(resource, { [name]: value });
  };
}
