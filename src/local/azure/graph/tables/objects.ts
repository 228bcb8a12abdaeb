import type { JsonObject } from '../../estate/model.ts';
import type { Column, Relation } from '../relation.ts';

/** A relation over objects that are all at hand. */
export function objects(names: readonly string[], list: () => readonly JsonObject[]): Relation {
  const columns = names.map(
    (name): Column => ({ name, origin: name, read: (source) => (source as JsonObject)[name] ?? null }),
  );
  return {
    columns,
    read: async function* read() {
      yield list();
    },
  };
}
