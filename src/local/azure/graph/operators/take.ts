import type { Cursor } from '../cursor.ts';
import type { Relation, Source, Step } from '../relation.ts';
import { parseKeys, sorted } from './order.ts';

export function take(cursor: Cursor): Step {
  const count = cursor.number();
  return (input) => limited(input, count);
}

export function top(cursor: Cursor): Step {
  const count = cursor.number();
  cursor.expect('by');
  const keys = parseKeys(cursor);
  return (input, context) => limited(sorted(input, keys, context), count);
}

function limited(input: Relation, count: number): Relation {
  async function* read(): AsyncGenerator<readonly Source[]> {
    let left = count;
    if (left <= 0) return;
    for await (const batch of input.read()) {
      yield batch.slice(0, left);
      left -= batch.length;
      if (left <= 0) return;
    }
  }
  return { columns: input.columns, read };
}
