import { type Aggregate, findAggregate } from '../aggregates.ts';
import type { Cursor } from '../cursor.ts';
import { compile } from '../evaluate.ts';
import { unresolved } from '../failure.ts';
import type { Column, QueryContext, Relation, Source, Step } from '../relation.ts';
import { textOf, type Value } from '../value.ts';
import { parseItem } from './project.ts';

type Item = ReturnType<typeof parseItem>;
type Grouping = { readonly items: readonly Item[]; readonly by: readonly Item[] };

/** `summarize count() by type, n = tolower(location)`. */
export function summarize(cursor: Cursor): Step {
  let index = 0;
  const items = cursor.isAt('by') ? [] : cursor.list(() => parseItem(cursor, index++));
  const by = cursor.take('by') ? cursor.list(() => parseItem(cursor, index++)) : [];
  return (input, context) => grouped(input, { items, by }, context);
}

export function distinct(cursor: Cursor): Step {
  let index = 0;
  const by = cursor.list(() => parseItem(cursor, index++));
  return (input, context) => grouped(input, { items: [], by }, context);
}

export function count(): Step {
  const expression = {
    kind: 'call',
    name: 'count',
    place: { line: 1, column: 0, text: 'count' },
    arguments: [],
  } as const;
  return (input, context) => grouped(input, { items: [{ name: 'Count', expression }], by: [] }, context);
}

function grouped(input: Relation, grouping: Grouping, context: QueryContext): Relation {
  const keys = grouping.by.map((item) => compile(item.expression, input.columns, context));
  const makers = grouping.items.map((item) => maker(item, input.columns, context));
  const names = [...grouping.by, ...grouping.items].map((item) => item.name);
  async function* read(): AsyncGenerator<readonly Source[]> {
    const groups = new Map<
      string,
      { readonly values: readonly Value[]; readonly aggregates: readonly Aggregate[] }
    >();
    for await (const batch of input.read()) {
      for (const source of batch) {
        const values = keys.map((key) => key(source));
        const id = values.map(textOf).join('\u0000');
        const group = groups.get(id) ?? { values, aggregates: makers.map((make) => make()) };
        groups.set(id, group);
        for (const aggregate of group.aggregates) aggregate.add(source);
      }
    }
    if (groups.size === 0 && keys.length === 0)
      groups.set('', { values: [], aggregates: makers.map((make) => make()) });
    yield [...groups.values()].map(({ values, aggregates }) => [
      ...values,
      ...aggregates.map((aggregate) => aggregate.result()),
    ]);
  }
  const columns = names.map(
    (name, index): Column => ({ name, read: (source) => (source as readonly Value[])[index] }),
  );
  return { columns, read };
}

function maker(item: Item, columns: readonly Column[], context: QueryContext): () => Aggregate {
  if (item.expression.kind !== 'call') throw unresolved('aggregate', item.name);
  const create = findAggregate(item.expression.name);
  if (create === undefined) throw unresolved('aggregate', item.expression.name);
  const values = item.expression.arguments.map((value) => compile(value, columns, context));
  return () => create(values);
}
