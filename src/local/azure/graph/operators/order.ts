import type { Cursor } from '../cursor.ts';
import { compile } from '../evaluate.ts';
import { parseExpression } from '../expressionParser.ts';
import type { Relation, Source, Step } from '../relation.ts';
import type { Expression } from '../syntax.ts';
import { compare } from '../value.ts';

type Key = { readonly expression: Expression; readonly descending: boolean };

/** Parses the keys of `order by`: descending unless `asc` is written, as in Kusto. */
export function parseKeys(cursor: Cursor): readonly Key[] {
  return cursor.list(() => {
    const expression = parseExpression(cursor);
    const ascending = cursor.take('asc');
    if (!ascending) cursor.take('desc');
    if (cursor.take('nulls') && !cursor.take('first')) cursor.expect('last');
    return { expression, descending: !ascending };
  });
}

export function orderBy(cursor: Cursor): Step {
  cursor.expect('by');
  const keys = parseKeys(cursor);
  return (input, context) => (isScanOrder(input, keys) ? input : sorted(input, keys, context));
}

/** Ids are ordered without regard to case, which is how the tables are read anyway. */
function isScanOrder(input: Relation, keys: readonly Key[]): boolean {
  const [key] = keys;
  if (input.position === undefined || key === undefined || key.descending) return false;
  const { expression } = key;
  const name =
    expression.kind === 'call' && expression.name === 'tolower' ? expression.arguments[0] : expression;
  return (
    name?.kind === 'column' &&
    input.columns.some((column) => column.name === name.name && column.origin === 'id')
  );
}

export function sorted(input: Relation, keys: readonly Key[], context: Parameters<Step>[1]): Relation {
  const readers = keys.map((key) => ({
    read: compile(key.expression, input.columns, context),
    sign: key.descending ? -1 : 1,
  }));
  async function* read(): AsyncGenerator<readonly Source[]> {
    const decorated: {
      readonly source: Source;
      readonly values: readonly ReturnType<(typeof readers)[0]['read']>[];
    }[] = [];
    for await (const batch of input.read()) {
      for (const source of batch)
        decorated.push({ source, values: readers.map((reader) => reader.read(source)) });
    }
    decorated.sort((a, b) => {
      for (const [index, { sign }] of readers.entries()) {
        const order = compare(a.values[index], b.values[index]);
        if (order !== 0) return order * sign;
      }
      return 0;
    });
    yield decorated.map((entry) => entry.source);
  }
  return { columns: input.columns, read };
}
